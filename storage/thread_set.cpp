#include "storage/thread_set.hpp"

#include <algorithm>
#include <bit>

namespace weft::storage {

void thread_set::clear(std::size_t expected) {
  ++generation_;
  // At most half full: a probe seldom takes a second look.
  const auto wanted = std::bit_ceil(std::max<std::size_t>(expected, 8) * 2);
  if (cells_.size() < wanted)
    cells_.assign(wanted, {});
}

bool thread_set::insert(const thread_id& thread) {
  const auto mask = cells_.size() - 1;
  for (auto at = std::hash<thread_id>{}(thread) >> 7 & mask;; at = (at + 1) & mask) {
    auto& found = cells_[at];
    if (found.generation != generation_) {
      found = {thread, generation_};
      return true;
    }
    if (found.thread == thread)
      return false;
  }
}

} // namespace weft::storage
