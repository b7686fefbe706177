#include "actors/cursors.hpp"

#include <algorithm>

namespace weft::actors {

void cursors::load(const std::vector<state::Member>& members) {
  for (const auto& member : members)
    members_[user_id{member.user()}] = {sequence{member.delivered_seq()},
                                        sequence{member.read_seq()}};
}

std::optional<member_cursors> cursors::move_delivered(user_id user, sequence to, sequence last) {
  auto found = members_.find(user);
  to = std::min(to, last);
  if (found == members_.end() || to <= found->second.delivered)
    return std::nullopt;
  found->second.delivered = to;
  unwritten_ = true;
  return found->second;
}

std::optional<member_cursors> cursors::move_read(user_id user, sequence to, sequence last) {
  auto found = members_.find(user);
  to = std::min(to, last);
  if (found == members_.end() || to <= found->second.read)
    return std::nullopt;
  found->second.read = to;
  found->second.delivered = std::max(found->second.delivered, to);
  unwritten_ = true;
  return found->second;
}

state::CursorsMoved cursors::take_unwritten(const thread_id& thread) {
  unwritten_ = false;
  state::CursorsMoved out;
  out.set_thread(to_bytes(thread));
  for (const auto& [user, at] : members_) {
    auto& cursor = *out.add_cursors();
    cursor.set_user(user.value);
    cursor.set_delivered_seq(at.delivered.value);
    cursor.set_read_seq(at.read.value);
  }
  return out;
}

} // namespace weft::actors
