#include "bin/weft_bench/order_check.hpp"

#include <algorithm>

namespace weft::bench {

bool order_check::has(std::uint64_t seq) const {
  if (seq <= complete_)
    return true;
  return !beyond_.empty() && seq <= complete_ + span && beyond_[seq % span];
}

bool order_check::note(std::uint64_t seq) {
  if (has(seq)) {
    ++found_.duplicated;
    return false;
  }
  highest_ = std::max(highest_, seq);
  if (seq > complete_ + span) {
    // Beyond what is remembered: it counts as lost at the end, which it is for all that is known.
    return true;
  }
  if (seq == complete_ + 1) {
    ++complete_;
  } else {
    if (beyond_.empty())
      beyond_.resize(span);
    beyond_[seq % span] = true;
  }
  while (!beyond_.empty() && beyond_[(complete_ + 1) % span]) {
    ++complete_;
    beyond_[complete_ % span] = false;
  }
  return true;
}

void order_check::delivered(std::uint64_t seq) {
  const bool was_new = note(seq);
  if (was_new && seq < last_delivered_)
    ++found_.out_of_order;
  last_delivered_ = std::max(last_delivered_, seq);
}

void order_check::pulled(std::uint64_t seq) {
  if (!has(seq))
    note(seq);
}

faults order_check::result(std::uint64_t last) const {
  auto out = found_;
  for (auto seq = complete_ + 1; seq <= last; ++seq)
    out.lost += has(seq) ? 0 : 1;
  return out;
}

} // namespace weft::bench
