// When users were last seen, until it is written.
#pragma once

#include "storage/ids.hpp"

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::cluster {

/// Collects when the first session of a user came and the last one went, and hands it out for the
/// log, so that a thousand comings and goings become one record of each shard. What was handed out
/// is remembered until the next time: by then it is in the store. Safe for use by several threads.
class last_seen_book {
public:
  /// Users remembered at a time; of more it is not noted when they were seen.
  static constexpr std::size_t users_max = 1u << 20;

  void note(user_id user, time_ms when);
  /// 0 when nothing is known that may not be in the store.
  time_ms of(user_id user) const;
  /// What has been noted since the last call, in no order.
  std::vector<std::pair<user_id, time_ms>> take();

private:
  using times = std::unordered_map<user_id, time_ms>;

  mutable std::mutex mutex_;
  times noted_;
  times handed_out_;
};

} // namespace weft::cluster
