// The state of the THREAD actor: what it keeps and how it turns decisions into messages.
#pragma once

#include "actors/actor_support.hpp"
#include "actors/cursors.hpp"
#include "actors/timeline.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace weft::actors {

/// loading --> serving <--> asking --> leaving
///
/// loading  the head is being read; inputs are stashed
/// serving  inputs are decided as they come
/// asking   one input needs the store or another shard; inputs are stashed behind it
/// leaving  an append was lost: what still comes is refused
///
/// A thread without events that has nothing to do leaves at the end of its turn: whatever ids are
/// made up, they hold no memory.
class thread_state {
public:
  static inline const char* name = "thread";

  explicit thread_state(thread_actor::pointer self) : self_(self) {}

  void open(const domain& env, const thread_id& thread, std::shared_ptr<activation> entry);

  void on_inputs(thread_inputs& inputs);
  void on_committed(std::uint64_t count);
  void on_lost(const error& why);
  void on_tick();

private:
  enum class phase { loading, serving, asking, leaving };
  enum class append_kind : std::uint8_t { event, cursors };

  void load();
  void on_loaded(const result<std::optional<state::ThreadHead>>& head);

  void take(thread_input&& input);
  void handle(send_message& what);
  void handle(report_delivered& what);
  void handle(copy_read& what);
  void handle(peer_checked& what);
  void stash(thread_input&& input);
  void refuse(const thread_input& input, const error& why);
  void serve_stash();
  /// Sends what the inputs of a turn have gathered: one append, one receipt per member. Comes last:
  /// a thread that is of no use to anybody ends with it.
  void end_turn();
  bool is_of_no_use() const;

  /// Asks whether the peer of the first stashed send exists, until the answer comes or
  /// `limits.peer_check_within` is over.
  void ask_peer();
  void ask_peer_again();
  bool waits_for_peer() const;
  void refuse_stash(const error& why);
  /// Asks the store what became of the first stashed send.
  void look_up_operation(const operation_key& key);
  /// Refuses the first stashed send: the store does not answer. The thread goes on, because what it
  /// has appended is still under way.
  void refuse_asked(error why);
  void publish(const std::vector<committed_event>& events);
  void note_cursor(user_id user, const std::optional<member_cursors>& moved);
  void write_cursors();
  void append(append_kind kind, storage::record what);
  void leave(const error& why);

  thread_actor::pointer self_;
  const domain* env_ = nullptr;
  thread_id thread_;
  std::shared_ptr<activation> entry_;
  phase phase_ = phase::loading;
  std::optional<timeline> timeline_;
  cursors cursors_;
  std::deque<thread_input> stash_;
  /// Decided in this turn, not yet handed to the ledger.
  std::vector<storage::record> appends_;
  /// The appends under way, oldest first.
  std::deque<append_kind> under_way_;
  std::vector<std::pair<user_id, member_cursors>> receipts_;
  /// Why the thread leaves. Its outcome holds for what still comes as well: that may repeat an
  /// operation that was lost.
  error left_because_;
  std::uint64_t seen_ = 0;
  caf::actor_clock::time_point busy_at_;
  /// When the question about the peer was first asked.
  caf::actor_clock::time_point asked_at_;
  bool cursors_due_ = false;
  bool peer_timer_ = false;
};

thread_actor::behavior_type thread(thread_actor::stateful_pointer<thread_state> self,
                                   const domain& env, thread_id id,
                                   std::shared_ptr<activation> entry);

} // namespace weft::actors
