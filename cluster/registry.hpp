// Who is connected: user -> sessions.
#pragma once

#include "actors/messages/address.hpp"
#include "cluster/flat_table.hpp"
#include "cluster/presence/last_seen_book.hpp"
#include "storage/ids.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace weft::cluster {

using actors::node_no;
using actors::session_address;

/// One life of a node's process; a later one is greater.
using node_incarnation = id<struct node_incarnation_tag>;

/// When a session was announced; a later session of a device has a greater one, on whatever node.
using session_generation = id<struct session_generation_tag>;

/// One session as the registry knows it.
struct registration {
  user_id user;
  device_id device;
  session_address where;
  node_incarnation incarnation;
  session_generation generation;
};

/// A session that must end because another one was announced.
struct displaced_session {
  enum class reason : std::uint8_t {
    /// There is a newer session of the same device.
    newer_of_device,
    /// The user has too many sessions, and this one is the oldest.
    too_many_of_user,
  };
  session_address where;
  reason why = reason::newer_of_device;
};

/// Sessions of one account at a time: more devices than a person has, and a bound on what one
/// message can be multiplied by.
inline constexpr std::size_t sessions_of_user_max = 100;

/// A flat table of sessions, kept by the leaders of the users' shards from what the nodes announce.
/// Announcements may come late: one from an earlier life of a node, or of a session that a newer
/// one of the same device has replaced, changes nothing. Safe for use by several threads.
class registry {
public:
  /// Notes in `seen` when sessions come and go; it outlives the registry.
  explicit registry(last_seen_book& seen) : seen_(seen) {}

  /// Adds a session. Gives the session that must end because of it, if any: the older one of the
  /// same device, the oldest of a user that has too many, or the announced one itself when it is
  /// not the newest of its device.
  std::optional<displaced_session> announce(const registration& session);

  /// The session has ended.
  void withdraw(user_id user, const session_address& where);

  /// A node lives anew: what it announced in its earlier lives is forgotten.
  void begin_incarnation(node_no node, node_incarnation incarnation);

  /// Calls `visit` with the address of each session of a user; no lock is held meanwhile, and
  /// nothing is allocated for up to four sessions.
  template <class Visit>
  void for_each_session(user_id user, Visit visit) const {
    std::array<session_address, 4> few;
    std::vector<session_address> more;
    const auto count = collect(user, few, more);
    for (std::size_t i = 0; i < count && i < few.size(); ++i)
      visit(few[i]);
    for (const auto& each : more)
      visit(each);
  }

  /// True while the user has a session. When it turns false, `seen` has been told.
  bool has_session(user_id user) const;
  /// Every user who has a session was seen now.
  void note_everybody_seen();

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

private:
  struct by_user {
    static const user_id& key(const registration& of) { return of.user; }
    static bool is_empty(const registration& of) { return !of.user; }
  };
  struct alignas(64) bucket {
    mutable std::mutex mutex;
    mutable flat_table<registration, by_user> sessions;
  };

  bucket& bucket_of(user_id user) const { return buckets_[spread(user) >> (64 - bucket_bits)]; }
  std::size_t collect(user_id user, std::array<session_address, 4>& few,
                      std::vector<session_address>& more) const;
  bool is_of_earlier_life(const registration& session) const;
  std::optional<displaced_session> insert(bucket& in, const registration& session);

  static constexpr unsigned bucket_bits = 6;

  last_seen_book& seen_;
  mutable std::array<bucket, std::size_t{1} << bucket_bits> buckets_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex incarnations_mutex_;
  std::map<node_no, node_incarnation> incarnations_;
};

} // namespace weft::cluster
