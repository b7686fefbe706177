#include "cluster/touches/touch_book.hpp"

#include <algorithm>
#include <cassert>

namespace weft::cluster {

// -- the log ------------------------------------------------------------------------------------

void touch_book::observe(const storage::log_entry& entry) {
  if (entry.index <= seen_)
    return;
  bool taken = true;
  if (const auto* event = std::get_if<storage::event_record>(&entry.what)) {
    taken = note_event(*event, entry.index);
  } else if (const auto& record = std::get<state::Record>(entry.what);
             record.has_touches_relayed()) {
    note_mark(log_index{record.touches_relayed().upto()});
  }
  if (taken)
    advance(entry.index);
}

bool touch_book::note_event(const storage::event_record& event, log_index index) {
  auto found = items_.find(event.thread);
  if (found == items_.end()) {
    if (items_.size() >= limits_.threads_max)
      return false;
    found = items_.emplace(event.thread, item{}).first;
  }
  auto& from = found->second.dirty_from;
  from = from ? std::min(from, index) : index;
  newest_event_ = std::max(newest_event_, index);
  note_own(found->second, event);
  if (event.seq == sequence{1})
    urgent_.push_back(event.thread);
  return true;
}

void touch_book::note_own(item& what, const storage::event_record& event) {
  constexpr std::size_t own_events_max = 16;
  const auto known = std::find_if(what.own.begin(), what.own.end(),
                                  [&](const own_event& each) { return each.user == event.from; });
  if (known != what.own.end()) {
    if (event.seq > known->seq)
      *known = {event.from, event.seq, event.ordinal};
    return;
  }
  if (what.own.size() >= own_events_max)
    what.own.erase(std::min_element(what.own.begin(), what.own.end(),
                                    [](const auto& a, const auto& b) { return a.seq < b.seq; }));
  what.own.push_back({event.from, event.seq, event.ordinal});
}

own_event touch_book::newest_own(const thread_id& thread, user_id user) const {
  const auto found = items_.find(thread);
  if (found == items_.end())
    return {};
  for (const auto& each : found->second.own)
    if (each.user == user)
      return each;
  return {};
}

void touch_book::note_mark(log_index upto) {
  marked_ = std::max(marked_, upto);
}

void touch_book::advance(log_index index) {
  if (index == seen_.next()) {
    seen_ = index;
    if (ahead_to_ && seen_.next() >= ahead_from_) {
      seen_ = std::max(seen_, ahead_to_);
      ahead_from_ = ahead_to_ = {};
    }
  } else if (ahead_to_ && index == ahead_to_.next()) {
    ahead_to_ = index;
  } else if (!ahead_to_ || index > ahead_to_) {
    // A second gap: what lies between is scanned, and what was ahead of it once more.
    ahead_from_ = ahead_to_ = index;
  }
}

std::optional<log_index> touch_book::scan_from(log_index committed) const {
  if (committed <= seen_ || items_.size() >= limits_.threads_max)
    return std::nullopt;
  return seen_.next();
}

// -- touches ------------------------------------------------------------------------------------

void touch_book::tick() {
  ++now_;
  for (auto& [thread, what] : items_) {
    if (!what.is_sent() || now_ - what.sent_at < limits_.resend_ticks)
      continue;
    forget_rounds(what);
    give_back(what);
  }
}

bool touch_book::take(item& what) {
  // One that is taken waits for its answers: what is new is told by the next touch.
  if (!what.dirty_from || what.is_taken())
    return false;
  what.taken_from = std::exchange(what.dirty_from, {});
  return true;
}

void touch_book::give_back(item& what) {
  const auto from = std::exchange(what.taken_from, {});
  what.dirty_from = what.dirty_from ? std::min(what.dirty_from, from) : from;
}

std::vector<thread_id> touch_book::take_urgent() {
  std::vector<thread_id> out;
  for (const auto& thread : std::exchange(urgent_, {})) {
    const auto found = items_.find(thread);
    if (found != items_.end() && take(found->second))
      out.push_back(thread);
  }
  return out;
}

std::vector<thread_id> touch_book::take_dirty(std::size_t limit) {
  std::vector<thread_id> out;
  for (auto& [thread, what] : items_) {
    if (out.size() >= limit)
      break;
    if (take(what))
      out.push_back(thread);
  }
  return out;
}

std::optional<std::uint64_t> touch_book::sent(const thread_id& thread, std::uint32_t count) {
  const auto found = items_.find(thread);
  if (found == items_.end() || !found->second.is_being_read())
    return std::nullopt;
  auto& what = found->second;
  if (count == 0) {
    what.taken_from = {};
    if (!what.dirty_from)
      items_.erase(found);
    return std::nullopt;
  }
  what.sent_at = now_;
  what.rounds_begin = round_;
  what.rounds_count = what.unanswered = count;
  for (std::uint32_t i = 0; i < count; ++i)
    rounds_.emplace(round_++, thread);
  return what.rounds_begin;
}

void touch_book::put_back(const thread_id& thread) {
  const auto found = items_.find(thread);
  if (found != items_.end() && found->second.is_being_read())
    give_back(found->second);
}

void touch_book::answered(std::uint64_t round) {
  const auto known = rounds_.find(round);
  if (known == rounds_.end())
    return;
  // Rounds are forgotten with the item that they are of.
  const auto found = items_.find(known->second);
  assert(found != items_.end());
  rounds_.erase(known);
  auto& what = found->second;
  if (--what.unanswered > 0)
    return;
  what.rounds_count = 0;
  what.taken_from = {};
  if (!what.dirty_from)
    items_.erase(found);
}

void touch_book::forget_rounds(item& what) {
  for (std::uint32_t i = 0; i < what.rounds_count; ++i)
    rounds_.erase(what.rounds_begin + i);
  what.rounds_count = what.unanswered = 0;
}

// -- progress -----------------------------------------------------------------------------------

log_index touch_book::relayed() const {
  auto owed = seen_.next();
  for (const auto& [thread, what] : items_) {
    if (what.dirty_from)
      owed = std::min(owed, what.dirty_from);
    if (what.taken_from)
      owed = std::min(owed, what.taken_from);
  }
  return log_index{owed.value - 1};
}

std::optional<log_index> touch_book::mark_to_append() {
  const auto upto = relayed();
  if (upto <= marked_)
    return std::nullopt;
  // The record that would be appended is itself an entry: it must not be a reason for the next.
  const bool is_worth_it =
      newest_event_ > marked_ || upto.value - marked_.value >= limits_.mark_every;
  const bool is_under_way = asked_ > marked_ && now_ - asked_at_ < limits_.resend_ticks;
  if (!is_worth_it || is_under_way)
    return std::nullopt;
  // Never below what was asked for before: the newest in the log is what counts.
  asked_ = std::max(asked_, upto);
  asked_at_ = now_;
  return asked_;
}

} // namespace weft::cluster
