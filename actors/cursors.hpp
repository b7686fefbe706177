// How far each member of a thread has received and read.
#pragma once

#include "actors/messages.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace weft::actors {

/// One member's cursors. Everything merges by max, so that repeats and reordering do no harm.
struct member_cursors {
  sequence delivered;
  sequence read;
};

/// The cursors of a small thread: in memory, written lazily. Plain class.
class cursors {
public:
  void load(const std::vector<state::Member>& members);

  /// Moves a cursor forward, never beyond `last`. What is read has been delivered. Gives the
  /// member's cursors when one of them moved, nothing otherwise or for somebody who is no member.
  std::optional<member_cursors> move_delivered(user_id user, sequence to, sequence last);
  std::optional<member_cursors> move_read(user_id user, sequence to, sequence last);

  bool has_unwritten() const { return unwritten_; }
  /// The record that writes all cursors; nothing is unwritten afterwards.
  state::CursorsMoved take_unwritten(const thread_id& thread);

private:
  std::unordered_map<user_id, member_cursors> members_;
  bool unwritten_ = false;
};

} // namespace weft::actors
