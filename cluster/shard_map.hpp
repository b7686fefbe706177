// Who leads which shard.
#pragma once

#include "actors/messages/address.hpp"
#include "storage/ids.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace weft::cluster {

using actors::node_no;

/// What the coordinator knows of one shard.
struct shard_assignment {
  /// Generation of the leadership; 0 when the shard never had a leader.
  weft::epoch epoch;
  /// The leader; node 0 when there is none.
  node_no leader;
  /// The nodes that hold a copy, in the order in which they may succeed.
  std::vector<node_no> replicas;
  /// Those whose copy is complete: whatever is committed is on every one of them.
  std::vector<node_no> in_sync;

  bool operator==(const shard_assignment&) const = default;
};

/// One version of the assignment of all shards. Immutable: shared by pointer, replaced as a whole.
class shard_map {
public:
  /// The assignments of shards 0, 1, 2 …
  shard_map(std::uint64_t version, std::vector<shard_assignment> shards);

  /// Raised by every change.
  std::uint64_t version() const { return version_; }
  std::uint32_t shard_count() const { return static_cast<std::uint32_t>(shards_.size()); }

  /// `which` is below `shard_count`.
  const shard_assignment& operator[](shard_id which) const { return shards_[which.value]; }
  shard_id shard_of(slot where) const;

  /// The next version, with some shards changed.
  std::shared_ptr<const shard_map>
  with(const std::vector<std::pair<shard_id, shard_assignment>>& changes) const;

private:
  std::uint64_t version_;
  std::vector<shard_assignment> shards_;
};

using shard_map_ptr = std::shared_ptr<const shard_map>;

} // namespace weft::cluster
