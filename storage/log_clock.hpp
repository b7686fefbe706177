// The time of each shard's log: the newest event that was applied to it in this process.
#pragma once

#include "storage/ids.hpp"

#include <atomic>
#include <vector>

namespace weft::storage {

/// Written by `applier`, read by compactions that forget old operations and by those who judge how
/// old an operation is. A shard that has applied
/// nothing since the node started stands at 0, so that nothing of it is forgotten.
class log_clock {
public:
  explicit log_clock(std::uint32_t shard_count) : newest_(shard_count) {}

  std::uint32_t shard_count() const { return static_cast<std::uint32_t>(newest_.size()); }
  time_ms at(shard_id shard) const {
    return time_ms{newest_[shard.value].load(std::memory_order_relaxed)};
  }
  /// One thread at a time.
  void advance(shard_id shard, time_ms to) {
    if (newest_[shard.value].load(std::memory_order_relaxed) < to.value)
      newest_[shard.value].store(to.value, std::memory_order_relaxed);
  }

private:
  std::vector<std::atomic<std::uint64_t>> newest_;
};

} // namespace weft::storage
