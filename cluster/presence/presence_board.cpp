#include "cluster/presence/presence_board.hpp"

#include <algorithm>

namespace weft::cluster {

using actors::presence_state;

void presence_board::note_changed(user_id user) {
  if (const auto at = targets_.find(user); at != targets_.end())
    at->second.is_stale = true;
  if (const auto at = viewers_.find(user); at != viewers_.end())
    at->second.is_stale = true;
}

void presence_board::note_all_changed() {
  for (auto& [user, row] : targets_)
    row.is_stale = true;
  for (auto& [user, row] : viewers_)
    row.is_stale = true;
}

presence_answer presence_board::answer(const presence_question& what, const presence_source& from,
                                       std::chrono::milliseconds now) {
  now_ = now;
  reads_left_ = limits_.reads_of_answer_max;
  const auto since = what.generation == generation_ ? what.since : 0;
  presence_answer out;
  out.shard = what.shard;
  out.generation = generation_;
  for (const auto user : what.new_targets)
    if (const auto* row = look_at(user, from))
      out.entries.push_back(row->entry);
  for (const auto user : what.targets)
    if (const auto* row = look_at(user, from); row && row->version > since)
      out.entries.push_back(row->entry);
  for (const auto user : what.new_viewers)
    tell_list(user, 0, from, out);
  for (const auto user : what.viewers)
    tell_list(user, since, from, out);
  // Of those that this question did not name, changes after `since` are still to be told.
  out.version = what.scope == question_scope::everything ? version_ : since;
  forget_old();
  return out;
}

presence_board::target* presence_board::look_at(user_id user, const presence_source& from) {
  auto* row = row_of(targets_, user);
  if (!row)
    return nullptr;
  if (row->is_stale && reads_left_ > 0)
    read_facts(*row, from);
  if (!row->entry.shown_to)
    return nullptr;
  auto next = row->entry;
  const auto standing = from.standing_of(user);
  row->seen = std::max(row->seen, standing.last_seen);
  next.state = standing.state;
  next.last_seen = standing.state == presence_state::online ? time_ms{} : row->seen;
  if (row->version == 0 || !(next == row->entry))
    row->version = ++version_;
  row->entry = std::move(next);
  return row;
}

void presence_board::read_facts(target& row, const presence_source& from) {
  --reads_left_;
  auto found = from.facts_of(row.entry.user);
  if (!found)
    return;
  row.is_stale = false;
  row.seen = std::max(row.seen, found->last_seen);
  if (row.entry.shown_to && *row.entry.shown_to == *found->shown_to)
    return;
  row.entry.shown_to = std::move(found->shown_to);
  // Told again, though nothing else may have changed.
  row.version = 0;
}

void presence_board::tell_list(user_id user, std::uint64_t since, const presence_source& from,
                               presence_answer& out) {
  auto* row = row_of(viewers_, user);
  if (!row || (!row->is_stale && since != 0 && row->version <= since))
    return;
  auto list = reads_left_ > 0 ? (--reads_left_, from.contacts_of(user)) : std::nullopt;
  if (!list) {
    // Changed once more, so that no node takes it for told.
    row->is_stale = true;
    return;
  }
  if (row->is_stale)
    row->version = ++version_;
  row->is_stale = false;
  out.lists.push_back({user, *std::move(list)});
}

template <class Rows>
typename Rows::mapped_type* presence_board::row_of(Rows& rows, user_id user) {
  auto at = rows.find(user);
  if (at == rows.end()) {
    if (size() >= limits_.users_max)
      return nullptr;
    at = rows.try_emplace(user).first;
    if constexpr (requires { at->second.entry; })
      at->second.entry.user = user;
  }
  at->second.asked = now_;
  return &at->second;
}

void presence_board::forget_old() {
  if (now_ < forgot_ + limits_.forget_after)
    return;
  forgot_ = now_;
  const auto is_old = [this](const auto& each) {
    return each.second.asked + limits_.forget_after <= now_;
  };
  std::erase_if(targets_, is_old);
  std::erase_if(viewers_, is_old);
}

} // namespace weft::cluster
