// Keeps RocksDB from using its write-ahead log after a failure.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace weft::storage {

/// A file system that writes nothing any more once a write-ahead log could not be written or
/// synced. RocksDB, as Debian builds it, asserts that a log file is not used after an error, and
/// more than one thread uses it: a flush syncs a closed log, and the writer's sync waits for the
/// same one. So it is not shown the failure: uses of a log succeed and do nothing from then on,
/// which is harmless because every other file, hence whatever a flush would make of it, is refused.
/// Whoever writes asks `has_stopped` before he believes a success. Reads go on.
///
/// Safe for use by several threads.
class log_guard final : public rocksdb::FileSystemWrapper {
public:
  explicit log_guard(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  const char* Name() const override { return "weft.log_guard"; }

  /// True once something failed; for good.
  bool has_stopped() const { return stopped_.load(std::memory_order_acquire); }
  /// The first failure.
  rocksdb::Status failure() const;
  /// Something that was not seen here failed. A later failure, or a success, changes nothing.
  void stop(const rocksdb::Status& why);

  // -- rocksdb::FileSystem ----------------------------------------------------------------------

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                    rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                       std::unique_ptr<rocksdb::FSWritableFile>* out,
                                       rocksdb::IODebugContext* context) override;

private:
  std::atomic<bool> stopped_{false};
  mutable std::mutex mutex_;
  rocksdb::Status failure_;
};

} // namespace weft::storage
