#include "storage/log_guard.hpp"

#include <string_view>

namespace weft::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus refusal() {
  return IOStatus::IOError("nothing is written since the write-ahead log failed");
}

bool is_log(std::string_view path) {
  return path.ends_with(".log");
}

/// A file that RocksDB writes.
class guarded_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  guarded_file(std::unique_ptr<rocksdb::FSWritableFile> target, bool of_log, log_guard& guard)
      : FSWritableFileOwnerWrapper(std::move(target)), of_log_(of_log), guard_(guard) {}

  IOStatus Append(const Slice& data, const IOOptions& how, IODebugContext* context) override {
    return use([&] { return target()->Append(data, how, context); });
  }
  IOStatus Append(const Slice& data, const IOOptions& how,
                  const rocksdb::DataVerificationInfo& check, IODebugContext* context) override {
    return use([&] { return target()->Append(data, how, check, context); });
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& how,
                            IODebugContext* context) override {
    return use([&] { return target()->PositionedAppend(data, offset, how, context); });
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& how,
                            const rocksdb::DataVerificationInfo& check,
                            IODebugContext* context) override {
    return use([&] { return target()->PositionedAppend(data, offset, how, check, context); });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& how, IODebugContext* context) override {
    return use([&] { return target()->Truncate(size, how, context); });
  }
  IOStatus Flush(const IOOptions& how, IODebugContext* context) override {
    return use([&] { return target()->Flush(how, context); });
  }
  IOStatus Sync(const IOOptions& how, IODebugContext* context) override {
    return use([&] { return target()->Sync(how, context); });
  }
  IOStatus Fsync(const IOOptions& how, IODebugContext* context) override {
    return use([&] { return target()->Fsync(how, context); });
  }
  IOStatus RangeSync(std::uint64_t offset, std::uint64_t bytes, const IOOptions& how,
                     IODebugContext* context) override {
    return use([&] { return target()->RangeSync(offset, bytes, how, context); });
  }
  /// Closes in any case.
  IOStatus Close(const IOOptions& how, IODebugContext* context) override {
    return seen(target()->Close(how, context));
  }

private:
  template <class Attempt>
  IOStatus use(Attempt attempt) {
    if (guard_.has_stopped())
      return of_log_ ? IOStatus::OK() : refusal();
    return seen(attempt());
  }

  /// What RocksDB is shown of a status.
  IOStatus seen(IOStatus status) {
    if (!of_log_)
      return status;
    guard_.stop(status);
    return IOStatus::OK();
  }

  const bool of_log_;
  log_guard& guard_;
};

} // namespace

rocksdb::Status log_guard::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

void log_guard::stop(const rocksdb::Status& why) {
  if (why.ok())
    return;
  const std::scoped_lock lock(mutex_);
  if (!stopped_.exchange(true, std::memory_order_release))
    failure_ = why;
}

IOStatus log_guard::NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                    IODebugContext* context) {
  if (has_stopped())
    return refusal();
  auto status = target()->NewWritableFile(path, how, out, context);
  if (status.ok())
    *out = std::make_unique<guarded_file>(std::move(*out), is_log(path), *this);
  return status;
}

IOStatus log_guard::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                       std::unique_ptr<rocksdb::FSWritableFile>* out,
                                       IODebugContext* context) {
  if (has_stopped())
    return refusal();
  auto status = target()->ReopenWritableFile(path, how, out, context);
  if (status.ok())
    *out = std::make_unique<guarded_file>(std::move(*out), is_log(path), *this);
  return status;
}

} // namespace weft::storage
