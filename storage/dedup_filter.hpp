// Forgets operations that are certainly older than the window of duplicate suppression.
#pragma once

#include "storage/log_clock.hpp"

#include <rocksdb/compaction_filter.h>

#include <memory>

namespace weft::storage {

/// Drops deduplication rows whose operation id is older than the window and its slack, measured
/// from the time of the row's own shard. Compactions pass here anyway, so that forgetting costs no
/// deletes.
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
