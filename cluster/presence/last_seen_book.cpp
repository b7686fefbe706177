#include "cluster/presence/last_seen_book.hpp"

#include <algorithm>

namespace weft::cluster {

void last_seen_book::note(user_id user, time_ms when) {
  std::lock_guard lock(mutex_);
  if (noted_.size() >= users_max && !noted_.contains(user))
    return;
  auto& at = noted_[user];
  at = std::max(at, when);
}

time_ms last_seen_book::of(user_id user) const {
  std::lock_guard lock(mutex_);
  time_ms out{};
  for (const auto* each : {&noted_, &handed_out_})
    if (const auto at = each->find(user); at != each->end())
      out = std::max(out, at->second);
  return out;
}

std::vector<std::pair<user_id, time_ms>> last_seen_book::take() {
  std::lock_guard lock(mutex_);
  handed_out_ = std::exchange(noted_, {});
  return {handed_out_.begin(), handed_out_.end()};
}

} // namespace weft::cluster
