// What a node does with its logs before it serves.
#pragma once

#include "storage/apply.hpp"
#include "storage/shard_log.hpp"

#include <vector>

namespace weft::cluster {

/// Applies what the logs hold above the state, up to the last entry of each: for shards of which
/// this node holds the only copy, so that whatever is in the log is committed. `positions` then say
/// so. Returns how many entries were applied.
result<std::uint64_t> replay_logs(const storage::shard_log& log, storage::applier& applier,
                                  std::vector<storage::shard_position>& positions);

} // namespace weft::cluster
