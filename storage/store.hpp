// The node's store: one RocksDB with its column families. Everything else in this folder works on
// it.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// Number of shards that the slots are divided into; fixed when a store is founded.
inline constexpr std::uint32_t shard_count_default = 256;

/// How to open a store.
struct store_options {
  std::filesystem::path directory;
  /// Files are opened through this; null means the operating system's. Tests give one that loses
  /// what was not synced, or fills up.
  std::shared_ptr<rocksdb::FileSystem> file_system = nullptr;
  std::size_t block_cache_bytes = 256u << 20;
  /// Free bytes below which the store refuses writes while there is still room to finish cleanly.
  std::uint64_t free_bytes_min = 64u << 20;
};

/// Opens, owns and closes the database. Safe for use by several threads.
class store {
public:
  /// Opens the store in `directory`, creating both when missing. Errors: `locked` (another
  /// process), `newer_version`, `io` (cannot create, read-only, full), `corrupt`. The message is
  /// one line that says what to do.
  static result<std::unique_ptr<store>> open(const store_options& options);
  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  /// Random, written when the store was created: a wiped or new store has another one.
  const store_id& id() const;
  /// Names the history that cursors refer to; changes on restore only.
  std::uint64_t history_id() const;
  std::uint32_t shard_count() const;

  /// True while the disk has less than `free_bytes_min` free. Cheap: looked up at most once a
  /// second.
  bool is_full() const;

  /// The log time of a slot's shard: that of its newest event applied since the store was opened,
  /// 0 while there is none. Who judges the age of an operation takes the later of this and his
  /// clock: rows of operations are forgotten by it (operation_window.hpp). Cheap: reads memory.
  time_ms log_time(slot where) const;

  /// Writes all column families' memory to disk, atomically with the applied indexes. After a
  /// clean close there is nothing to replay. Refused as `read_only` once a write has failed.
  result<void> flush();

  /// The database and its column families, for this folder's own files (rocks.hpp).
  struct handles;
  const handles& raw() const { return *handles_; }

private:
  store();
  std::unique_ptr<handles> handles_;
};

/// The shard of a slot when the slots are divided into `count` contiguous ranges.
shard_id shard_of(slot where, std::uint32_t count);
/// The first slot of a shard: the prefix of the shard's own rows.
slot first_slot_of(shard_id shard, std::uint32_t count);

} // namespace weft::storage
