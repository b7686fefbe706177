#include "net/timing_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace weft::net {

timing_wheel::timing_wheel(clock_ms now, clock_ms tick, std::size_t slots)
    : tick_ms_(tick), looked_at_(now / tick), lists_(slots) {
  assert(tick > 0 && std::has_single_bit(slots));
  for (auto& list : lists_)
    list.previous_ = list.next_ = &list;
  expiring_.previous_ = expiring_.next_ = &expiring_;
}

void timing_wheel::schedule(wheel_entry& entry, clock_ms due) {
  cancel(entry);
  entry.due_ = due;
  auto tick = std::max(tick_of(due), looked_at_ + 1);
  push_back(list_of(tick), entry);
  if (size_++ == 0)
    soonest_ = tick;
  else if (soonest_ > looked_at_)
    soonest_ = std::min(soonest_, tick);
}

void timing_wheel::cancel(wheel_entry& entry) {
  if (!entry.is_scheduled())
    return;
  unlink(entry);
  --size_;
}

wheel_entry* timing_wheel::next_due(clock_ms now) {
  auto reached = now / tick_ms_;
  // After a long pause every list is looked at once; more turns would find nothing new.
  if (reached > looked_at_ + lists_.size())
    looked_at_ = reached - lists_.size();
  for (;;) {
    while (expiring_.next_ != &expiring_) {
      auto& entry = *expiring_.next_;
      unlink(entry);
      if (entry.due_ <= now) {
        --size_;
        return &entry;
      }
      // Not in this turn of the wheel: back into the list it came from.
      push_back(list_of(tick_of(entry.due_)), entry);
    }
    if (looked_at_ >= reached)
      return nullptr;
    auto& list = list_of(++looked_at_);
    if (list.next_ != &list) {
      list.next_->previous_ = &expiring_;
      list.previous_->next_ = &expiring_;
      expiring_.next_ = list.next_;
      expiring_.previous_ = list.previous_;
      list.previous_ = list.next_ = &list;
    }
  }
}

std::optional<clock_ms> timing_wheel::until_next(clock_ms now) {
  if (size_ == 0)
    return std::nullopt;
  if (soonest_ <= looked_at_) {
    soonest_ = looked_at_ + 1;
    for (auto last = looked_at_ + lists_.size(); soonest_ < last; ++soonest_)
      if (auto& list = list_of(soonest_); list.next_ != &list)
        break;
  }
  auto when = soonest_ * tick_ms_;
  return when > now ? when - now : 0;
}

void timing_wheel::unlink(wheel_entry& entry) {
  entry.previous_->next_ = entry.next_;
  entry.next_->previous_ = entry.previous_;
  entry.previous_ = entry.next_ = nullptr;
}

void timing_wheel::push_back(wheel_entry& list, wheel_entry& entry) {
  entry.previous_ = list.previous_;
  entry.next_ = &list;
  list.previous_->next_ = &entry;
  list.previous_ = &entry;
}

} // namespace weft::net
