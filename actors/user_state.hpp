// The state of the USER actor.
#pragma once

#include "actors/actor_support.hpp"
#include "actors/inbox_book.hpp"

#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::actors {

/// loading --> serving <--> fetching --> leaving
///
/// loading   the inbox's version is being read; inputs are stashed
/// serving   inputs are merged as they come, one record a turn
/// fetching  rows of the stashed inputs are being read
/// leaving   an append was lost: what still comes is refused
class user_state {
public:
  static inline const char* name = "user";

  explicit user_state(user_actor::pointer self) : self_(self) {}

  void open(const domain& env, user_id user, std::shared_ptr<activation> entry);

  void on_inputs(user_inputs& inputs);
  void on_committed(std::uint64_t count);
  void on_lost(const error& why);
  void on_tick();

private:
  enum class phase { loading, serving, fetching, leaving };

  /// What to tell whom once an append is committed.
  struct pending_change {
    inbox_version version;
    std::vector<touch_committed> relays;
    std::vector<advance_read> reads;
    /// Read cursors that moved, for their threads to hear of.
    std::vector<std::pair<thread_id, sequence>> moved;
  };

  void load();
  void fetch(std::vector<thread_id> threads);
  void take(user_input&& input);
  /// Merges the stashed inputs whose rows are known; fetches the rows of the others.
  void serve_stash();
  void merge(touch& what);
  void merge(advance_read& what);
  void end_turn();
  void tell(const pending_change& done);
  /// Notes a committed read cursor for the next `copy_reads`.
  void note_read(const thread_id& thread, sequence seq);
  void copy_reads();
  void refuse(const user_input& input, const error& why);
  /// Refuses what waits; relays repeat their touches by themselves.
  void refuse_stash(const error& why);
  void leave(const error& why);

  user_actor::pointer self_;
  const domain* env_ = nullptr;
  user_id user_;
  std::shared_ptr<activation> entry_;
  phase phase_ = phase::loading;
  inbox_book book_;
  std::deque<user_input> stash_;
  /// What this turn has merged.
  pending_change turn_;
  /// Changes whose appends are under way, oldest first.
  std::deque<pending_change> under_way_;
  /// Why the user leaves, once he does.
  error left_because_;
  /// Committed read cursors that the threads have not been told yet. They may be lost with the
  /// actor: what a row that is read from the store says is noted again.
  std::unordered_map<thread_id, sequence> reads_to_copy_;
  std::uint64_t seen_ = 0;
  caf::actor_clock::time_point busy_at_;
};

user_actor::behavior_type user(user_actor::stateful_pointer<user_state> self, const domain& env,
                               user_id id, std::shared_ptr<activation> entry);

} // namespace weft::actors
