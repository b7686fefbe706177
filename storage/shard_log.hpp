// Reading the logs of the shards.
#pragma once

#include "storage/record.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <vector>

namespace weft::storage {

/// Where a shard stands on this disk, read once when the node starts.
struct shard_position {
  shard_id shard;
  /// Highest epoch ever written for it; 0 for a new shard.
  weft::epoch epoch;
  /// Lowest entry still in the log; one past `last` when the log is empty.
  log_index first;
  log_index last;
  /// Everything up to here is in the state.
  log_index applied;
  /// Touches of everything up to here have reached the inboxes.
  log_index relayed;
};

/// Reads log entries back and trims them. Safe for use by several threads.
class shard_log {
public:
  explicit shard_log(store& where) : store_(where) {}

  /// Positions of all shards, in order. `corrupt` when a log ends below what was applied: then
  /// acknowledged entries have been cut off and the node must not serve.
  result<std::vector<shard_position>> positions() const;

  /// Up to `limit` entries from `from` on, in order. Each is checked against its checksum.
  result<std::vector<log_entry>> read(shard_id shard, log_index from, std::size_t limit) const;

  /// Forgets the entries up to `upto`; never beyond what has been applied and flushed.
  result<void> trim(shard_id shard, log_index upto);

private:
  store& store_;
};

} // namespace weft::storage
