// The TOUCH RELAY: tells the inboxes which threads have news.
#pragma once

#include "actors/actor_support.hpp"
#include "actors/domain.hpp"
#include "cluster/interfaces.hpp"
#include "cluster/shard_board.hpp"
#include "cluster/touches/committed_feed.hpp"
#include "cluster/touches/touch_book.hpp"
#include "storage/shard_log.hpp"

#include <caf/fwd.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace weft::cluster {

/// What a touch relay works with. The references outlive it.
struct touch_relay_parts {
  const actors::domain& env;
  storage::shard_log& log;
  const shard_board& board;
  committed_feed& feed;
  /// Where the shards stood when the node was started, in order.
  std::vector<storage::shard_position> positions;
  touch_book_limits limits;
};

/// Keeps one `touch_book` for each shard. Every `limits.touch_every` it reads the heads of the
/// threads with news and sends each member a touch; a thread's first message is touched at once.
/// What all members have committed is marked in the log by `TouchesRelayed`, and the log below is
/// trimmed. What was missed (by a crash, by a bound) is found by reading the log.
class touch_relay_state {
public:
  static inline const char* name = "touch_relay";

  explicit touch_relay_state(touch_relay_actor::pointer self) : self_(self) {}

  void start(touch_relay_parts parts);

  void on_committed(const entries_committed& what);
  void on_answer(const actors::touch_committed& what);
  void on_tick();

private:
  /// A thread that was taken from the book of its shard.
  struct taken {
    shard_id shard;
    thread_id thread;
  };
  using heads = std::vector<result<std::optional<state::ThreadHead>>>;

  void observe(const std::vector<storage::log_entry>& entries);
  void send_touches();
  void read_heads(std::vector<taken> threads);
  void on_heads(const std::vector<taken>& threads, const heads& found);
  void add_touches(const taken& what, const state::ThreadHead& head,
                   std::vector<actors::touch>& out);
  void mark(shard_id shard);
  void scan();
  void scan_shard(shard_id shard, log_index from);
  void on_scanned(shard_id shard, const result<std::vector<storage::log_entry>>& found);
  void trim();

  touch_book& book_of(shard_id shard) { return books_[shard.value]; }

  touch_relay_actor::pointer self_;
  std::optional<touch_relay_parts> parts_;
  std::vector<touch_book> books_;
  std::size_t heads_being_read_ = 0;
  std::vector<bool> is_scanning_;
  std::size_t scans_ = 0;
  std::vector<log_index> trimmed_;
  bool is_trimming_ = false;
  std::uint64_t ticks_ = 0;
};

touch_relay_actor::behavior_type
touch_relay(touch_relay_actor::stateful_pointer<touch_relay_state> self, touch_relay_parts parts);

/// Starts the relay. It works from its first `tick_atom` on.
touch_relay_actor spawn_touch_relay(caf::actor_system& system, touch_relay_parts parts);

} // namespace weft::cluster
