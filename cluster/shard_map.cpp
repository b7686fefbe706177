#include "cluster/shard_map.hpp"

#include "storage/store.hpp"

namespace weft::cluster {

shard_map::shard_map(std::uint64_t version, std::vector<shard_assignment> shards)
    : version_(version), shards_(std::move(shards)) {}

shard_id shard_map::shard_of(slot where) const {
  return storage::shard_of(where, shard_count());
}

shard_map_ptr
shard_map::with(const std::vector<std::pair<shard_id, shard_assignment>>& changes) const {
  auto shards = shards_;
  for (const auto& [which, assignment] : changes)
    shards[which.value] = assignment;
  return std::make_shared<const shard_map>(version_ + 1, std::move(shards));
}

} // namespace weft::cluster
