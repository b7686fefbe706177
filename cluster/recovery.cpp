#include "cluster/recovery.hpp"

namespace weft::cluster {
namespace {

/// Entries in memory at a time.
constexpr std::size_t entries_of_step = 1024;

result<std::uint64_t> replay_log(const storage::shard_log& log, storage::applier& applier,
                                 storage::shard_position& position) {
  std::uint64_t count = 0;
  while (position.applied < position.last) {
    const auto entries = log.read(position.shard, position.applied.next(), entries_of_step);
    if (!entries)
      return entries.failure();
    if (entries->empty())
      return error{errc::corrupt, "the log of shard " + std::to_string(position.shard.value) +
                                      " ends before its last entry"};
    if (const auto applied = applier.apply(*entries); !applied)
      return applied.failure();
    position.applied = entries->back().index;
    count += entries->size();
  }
  return count;
}

} // namespace

result<std::uint64_t> replay_logs(const storage::shard_log& log, storage::applier& applier,
                                  std::vector<storage::shard_position>& positions) {
  std::uint64_t count = 0;
  for (auto& position : positions) {
    const auto replayed = replay_log(log, applier, position);
    if (!replayed)
      return replayed.failure();
    count += *replayed;
  }
  return count;
}

} // namespace weft::cluster
