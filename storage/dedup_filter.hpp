// Forgets operations that are older than the window of duplicate suppression.
#pragma once

#include "storage/log_clock.hpp"

#include <rocksdb/compaction_filter.h>

#include <memory>

namespace weft::storage {

/// How long the operations of a device are remembered, in log time. Who is asked to repeat an older
/// one answers `too_old` by the time in its id, without a look into the store.
inline constexpr std::uint64_t dedup_window_ms = 7ull * 24 * 60 * 60 * 1000;

/// Drops deduplication rows whose operation id is older than the window, measured from the time of
/// the row's own shard. Compactions pass here anyway, so that forgetting costs no deletes.
class dedup_filter final : public rocksdb::CompactionFilter {
public:
  explicit dedup_filter(std::shared_ptr<const log_clock> clock) : clock_(std::move(clock)) {}

  const char* Name() const override { return "weft.dedup_window"; }
  bool Filter(int level, const rocksdb::Slice& key, const rocksdb::Slice& value,
              std::string* new_value, bool* value_changed) const override;

private:
  std::shared_ptr<const log_clock> clock_;
};

} // namespace weft::storage
