// The sessions that live on this node.
#pragma once

#include "actors/sessions.hpp"
#include "cluster/flat_table.hpp"
#include "cluster/presence/presence_cache.hpp"
#include "cluster/registry.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace weft::cluster {

/// Session number -> actor and user; announces sessions to the registry, and has the presence cache
/// watch what their users may see. An ended session cannot
/// come back: announcing it once it is withdrawn does nothing. Safe for use by several threads.
class session_table final : public actors::sessions {
public:
  /// The registry and the cache outlive the table.
  session_table(node_no self, node_incarnation incarnation, registry& known,
                presence_cache& watched);

  // -- actors::sessions -------------------------------------------------------------------------

  session_address reserve() override;
  void attach(const session_address& where, const actors::session_actor& who) override;
  void announce(const session_address& where, user_id user, const device_id& device) override;
  void withdraw(const session_address& where) override;

  // -- the router -------------------------------------------------------------------------------

  /// Sends to a session of this node; dropped when it has ended.
  void deliver(session_no session, actors::session_notices notices);

  // -- the node ---------------------------------------------------------------------------------

  /// Sessions attached and not yet withdrawn.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// Tells every session that it ends, and why; whoever attaches later is told at once.
  void end_all(const error& why);
  /// Waits until every session is withdrawn; false when `limit` passed first.
  bool wait_until_empty(std::chrono::milliseconds limit);
  /// Takes out the sessions that are left, for the caller to end their actors.
  std::vector<actors::session_actor> take_all();

private:
  struct attached {
    session_no session;
    actors::session_actor who;
    user_id user;
  };
  struct by_number {
    static const session_no& key(const attached& of) { return of.session; }
    static bool is_empty(const attached& of) { return !of.session; }
  };
  struct alignas(64) bucket {
    std::mutex mutex;
    flat_table<attached, by_number> sessions;
  };

  bucket& bucket_of(session_no session) { return buckets_[spread(session) >> (64 - bucket_bits)]; }
  session_generation next_generation();
  void end(const session_address& where, const error& why);

  static constexpr unsigned bucket_bits = 6;

  node_no self_;
  node_incarnation incarnation_;
  registry& registry_;
  presence_cache& watched_;
  std::atomic<std::uint64_t> last_session_{0};
  std::atomic<std::uint64_t> last_generation_{0};
  std::array<bucket, std::size_t{1} << bucket_bits> buckets_;

  std::atomic<std::size_t> size_{0};
  std::mutex ending_mutex_;
  std::condition_variable emptied_;
  std::optional<error> ending_;
};

} // namespace weft::cluster
