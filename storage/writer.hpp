// Group commit for the whole node: one thread, one batch, one sync.
#pragma once

#include "storage/record.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace weft::storage {

/// A shard's durable facts that are not log entries.
struct hard_state {
  shard_id shard;
  weft::epoch epoch;
};

/// Takes back entries that were never committed: another leader decided otherwise.
struct log_cut {
  shard_id shard;
  /// The last entry that stays; never below what has been applied.
  log_index above;
};

/// One request to the writer; everything in it becomes durable together.
struct append_batch {
  /// Dense per shard, following what the log holds. Shared with whoever applies them later.
  entries_ptr entries;
  std::vector<hard_state> hard_states = {};
  /// Done before the entries are appended, which then follow what is left.
  std::vector<log_cut> cuts = {};
};

/// Appends to the logs of all shards of the node. Gathers what was submitted while it was busy,
/// writes one batch through the write-ahead log, syncs once and then tells everyone.
///
/// After a failed write or sync everything is refused until the store is opened again: what was in
/// flight has an unknown outcome and a sync is never tried twice on the same pages. Reads of the
/// store go on.
class writer {
public:
  /// Told on the writer's thread once the batch is on stable storage, or will not be.
  using done = std::function<void(const result<void>&)>;

  explicit writer(store& where);
  /// Finishes what was submitted, then ends its thread.
  ~writer();

  /// Thread-safe; never blocks on the disk. A submission is never split: the caller bounds its
  /// bytes, and how many are in flight.
  void submit(append_batch batch, done told);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weft::storage
