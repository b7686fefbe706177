// Watches the free space of the disk, so that a full disk stops writes in good time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// Cheap to ask. Looks once a second, or sooner once much was written since. Safe for use by
/// several threads.
class space_guard {
public:
  /// `unflushed` tells how many bytes in memory still need a place on the disk.
  space_guard(std::shared_ptr<rocksdb::FileSystem> file_system, std::string directory,
              std::uint64_t free_bytes_min, std::function<std::uint64_t()> unflushed);

  /// True while less is free than `free_bytes_min` and what memory still has to write.
  bool is_full();
  void note_written(std::uint64_t bytes);

private:
  bool look() const;

  std::shared_ptr<rocksdb::FileSystem> file_system_;
  std::string directory_;
  std::uint64_t free_bytes_min_;
  std::function<std::uint64_t()> unflushed_;
  std::atomic<bool> full_{false};
  std::atomic<std::int64_t> look_again_ms_{0};
  std::atomic<std::uint64_t> written_{0};
};

} // namespace weft::storage
