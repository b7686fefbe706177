// The order of one thread: what is committed, what is pending, what has been done before.
#pragma once

#include "actors/limits.hpp"
#include "actors/messages.hpp"
#include "actors/operations.hpp"
#include "storage/proto/event.pb.h"
#include "storage/record.hpp"

#include <deque>
#include <optional>
#include <variant>
#include <vector>

namespace weft::actors {

/// Decisions on a send. Exactly one of them holds.
struct append_event {
  storage::event_record record;
};
/// A repeat of an operation whose append is pending: it is acknowledged together with it.
struct join_pending {};
/// A repeat of a committed operation.
struct repeat_of {
  operation_result done;
};
/// The store must be asked what became of this operation; then decide again.
struct look_up {
  operation_key key;
};
struct refuse {
  error why;
};
using send_decision = std::variant<append_event, join_pending, repeat_of, look_up, refuse>;

/// An append that has been committed, and who waits for its acknowledgement.
struct committed_event {
  delivered_event event;
  weft::ordinal ordinal;
  time_ms time;
  /// First the one whose request it is, then repeats that joined.
  std::vector<request_ref> waiting;
};

/// Decides the events of one thread. Plain class: no clock, no I/O. What is decided is pending
/// until `commit`; readers see only what is committed. The idea of assigning numbers at the leader
/// and publishing them at commit is that of every replicated log.
class timeline {
public:
  timeline(const thread_id& thread, const limits& bounds);

  /// Takes the committed state; nothing when the thread has no events yet.
  void load(const std::optional<state::ThreadHead>& head);

  /// Whether the thread has a roster: it does from its first event on.
  bool is_open() const { return !members_.empty(); }
  /// Gives a thread without events its roster, written with the first event.
  void open(std::vector<state::Member> members);
  const std::vector<state::Member>& members() const { return members_; }

  /// Decides on a send at the leader's time `now`. Taking `append_event` makes it pending.
  send_decision decide(send_message&& what, time_ms now);
  /// The store's answer to `look_up`.
  void learn(const operation_key& asked, const std::optional<op_id>& newest,
             const std::optional<operation_result>& done);

  /// The oldest `count` pending appends are committed.
  std::vector<committed_event> commit(std::size_t count);
  /// No pending append will be committed: gives back everyone who waits. The object is spent.
  std::vector<request_ref> fail();

  std::size_t pending() const { return pending_.size(); }
  sequence last_committed() const { return committed_seq_; }

private:
  send_decision append(send_message&& what, std::uint64_t hash, time_ms now);

  const thread_id thread_;
  const limits& bounds_;
  operations operations_;
  std::vector<state::Member> members_;
  std::deque<committed_event> pending_;
  sequence last_seq_;
  weft::ordinal last_ordinal_;
  time_ms last_time_;
  sequence committed_seq_;
  /// Reused from event to event so that encoding allocates only the result.
  Event scratch_;
};

} // namespace weft::actors
