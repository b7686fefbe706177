#include "storage/rocks_options.hpp"

#include "storage/cursor_merge.hpp"
#include "storage/dedup_filter.hpp"
#include "storage/key_layout.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace weft::storage {
namespace {

/// Memory of one family before everything is flushed.
constexpr std::size_t memtable_bytes = 64u << 20;
/// Bounds what a crash leaves to replay: some 110,000 short messages, less than a second of work.
constexpr std::uint64_t wal_bytes_max = 24u << 20;
/// Of 20,000 files that a process may have open, most belong to connections.
constexpr int open_files_max = 1000;
constexpr std::size_t info_log_bytes = 8u << 20;
constexpr std::uint64_t day_seconds = 24 * 60 * 60;

/// Rows with one prefix arrive in the order of their keys: remember where the last one went.
void expect_order_within(rocksdb::ColumnFamilyOptions& of, std::size_t prefix_bytes) {
  of.memtable_insert_with_hint_prefix_extractor.reset(
      rocksdb::NewFixedPrefixTransform(prefix_bytes));
}

/// Runs the filter of forgotten operations in one instance per compaction.
class dedup_filter_factory final : public rocksdb::CompactionFilterFactory {
public:
  explicit dedup_filter_factory(std::shared_ptr<const log_clock> clock)
      : clock_(std::move(clock)) {}
  const char* Name() const override { return "weft.dedup_window"; }
  std::unique_ptr<rocksdb::CompactionFilter>
  CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<dedup_filter>(clock_);
  }

private:
  std::shared_ptr<const log_clock> clock_;
};

} // namespace

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions out;
  out.env = env;
  // State and log reach the disk together: `applied` never runs ahead of what it speaks of.
  out.atomic_flush = true;
  // One thread writes the log and one the state; inserting alone is cheaper.
  out.allow_concurrent_memtable_write = false;
  out.max_total_wal_size = wal_bytes_max;
  // A torn tail is what a crash leaves; damage before it must stop us. See
  // docs/formats/recovery.md.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A write-ahead log that went missing is damage, not an empty log.
  out.track_and_verify_wals_in_manifest = true;
  // `store` flushes when it closes, unless a write has failed.
  out.avoid_flush_during_shutdown = true;
  out.max_open_files = open_files_max;
  out.max_background_jobs = 2;
  out.avoid_unnecessary_blocking_io = true;
  out.skip_stats_update_on_db_open = true;
  out.stats_dump_period_sec = 0;
  out.keep_log_file_num = 4;
  out.max_log_file_size = info_log_bytes;
  return out;
}

std::vector<rocksdb::ColumnFamilyDescriptor>
family_options(const store_options& options, const std::shared_ptr<const log_clock>& clock) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

  rocksdb::ColumnFamilyOptions common;
  common.write_buffer_size = memtable_bytes;
  common.compression = rocksdb::kNoCompression;
  common.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  std::vector<rocksdb::ColumnFamilyDescriptor> out;
  for (const auto name : family_names)
    out.emplace_back(std::string{name}, common);
  const auto of = [&out](family which) -> rocksdb::ColumnFamilyOptions& {
    return out[static_cast<std::size_t>(which)].options;
  };
  // Longer than a bare slot: RocksDB 7.8 shares these memories with range deletions and trips over
  // them, so trimming begins with a key that has none.
  expect_order_within(of(family::log), slot_bytes + 1);
  expect_order_within(of(family::messages), thread_prefix_bytes);
  expect_order_within(of(family::dedup), thread_prefix_bytes + 16);
  expect_order_within(of(family::threads), thread_prefix_bytes);
  expect_order_within(of(family::shards), slot_bytes);
  of(family::threads).merge_operator = std::make_shared<cursor_merge>();
  of(family::dedup).compaction_filter_factory = std::make_shared<dedup_filter_factory>(clock);
  // Before an append a new operation is looked up in vain: a filter answers for memory too.
  of(family::dedup).memtable_whole_key_filtering = true;
  of(family::dedup).memtable_prefix_bloom_size_ratio = 0.05;
  // Tables that no compaction touches would keep their old rows for ever.
  of(family::dedup).periodic_compaction_seconds = day_seconds;
  return out;
}

} // namespace weft::storage
