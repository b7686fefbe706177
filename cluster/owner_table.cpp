#include "cluster/owner_table.hpp"

#include <cassert>

namespace weft::cluster {

owner_table::slot owner_table::find_or_add(std::uint64_t owner) {
  assert(owner != 0);
  if (const auto* known = places_.find(owner))
    return known->where;
  slot where = 0;
  if (free_.empty()) {
    where = static_cast<slot>(slots_.size());
    slots_.emplace_back();
  } else {
    where = free_.back();
    free_.pop_back();
  }
  slots_[where].owner = owner;
  slots_[where].state = standing::open;
  places_.insert({owner, where});
  return where;
}

void owner_table::commit(slot where, std::uint64_t count) {
  auto& at = slots_[where];
  assert(at.outstanding >= count);
  at.outstanding -= count;
  at.committed += count;
  note(where);
}

void owner_table::refuse(slot where, const error& why) {
  auto& at = slots_[where];
  if (at.state != standing::open)
    return;
  at.state = standing::closing;
  at.why = std::make_unique<error>(why);
  note(where);
}

void owner_table::lose(slot where, std::uint64_t count, const error& why) {
  auto& at = slots_[where];
  assert(at.outstanding >= count);
  at.outstanding -= count;
  at.state = standing::losing;
  at.why = std::make_unique<error>(why);
  note(where);
}

void owner_table::forget(std::uint64_t owner) {
  const auto* known = places_.find(owner);
  if (known != nullptr && slots_[known->where].state == standing::lost)
    release(known->where);
}

std::vector<owner_table::notice> owner_table::take_notices() {
  std::vector<notice> out;
  out.reserve(news_.size());
  for (auto where : news_) {
    auto& at = slots_[where];
    at.has_news = false;
    notice told{where, at.owner, std::exchange(at.committed, 0), nullptr, false};
    const bool is_ending = at.state == standing::closing || at.state == standing::losing;
    if (at.outstanding == 0 && is_ending) {
      told.lost = std::move(at.why);
      at.state = standing::lost;
    } else if (at.outstanding == 0 && at.state == standing::open) {
      told.released = true;
      release(where);
    }
    if (told.committed > 0 || told.lost || told.released)
      out.push_back(std::move(told));
  }
  news_.clear();
  return out;
}

void owner_table::note(slot where) {
  if (!std::exchange(slots_[where].has_news, true))
    news_.push_back(where);
}

void owner_table::release(slot where) {
  places_.erase(places_.find(slots_[where].owner));
  slots_[where] = record{};
  free_.push_back(where);
}

} // namespace weft::cluster
