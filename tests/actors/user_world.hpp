// A world with one USER in it: Ann.
#pragma once

#include "actors/interfaces.hpp"
#include "tests/actors/support.hpp"

#include <memory>
#include <optional>

namespace weft::testing {

class user_world : public world {
public:
  using world::world;

  /// Starts an actor for Ann, on what the store has; an older one ends.
  void start();
  /// Gives the actor one message with these inputs; it has not yet worked on them.
  void post(actors::user_inputs inputs);
  /// Commits what waits and lets the actor tell.
  void commit(std::size_t count = test_ledger::all);

  /// The news of Ann's thread with a peer: everything follows from the sequence number, which is
  /// the round of its relay (shard 9) as well.
  actors::touch touch_of(user_id peer, std::uint64_t seq) const;
  /// Ann's phone has read that thread.
  actors::advance_read read_of(user_id peer, std::uint64_t seq, std::uint64_t request) const;
  static constexpr actors::session_address phone{actors::node_no{1}, session_no{5}};

  /// The row of Ann's thread with a peer as the store has it.
  std::optional<state::InboxRow> stored_row(user_id peer) const;

  bool has_ended() const { return *ended_; }
  std::shared_ptr<recording_activation> entry;

private:
  actors::user_actor actor_;
  std::shared_ptr<const bool> ended_;
};

} // namespace weft::testing
