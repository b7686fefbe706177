// Files and directories as power_loss_file_system hands them out.
#pragma once

#include "tests/support/power_loss_file_system.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing {

/// A file being written: counts what is appended and reports its syncs.
class watched_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  watched_file(std::unique_ptr<rocksdb::FSWritableFile> target, power_loss_file_system& owner,
               std::shared_ptr<power_loss_file_system::file> state)
      : FSWritableFileOwnerWrapper(std::move(target)), owner_(owner), state_(std::move(state)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& how,
                           rocksdb::IODebugContext* context) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (auto refused = owner_.admit_append(*state_); !refused.ok())
      return owner_.after_refusal(std::move(refused));
    auto status = target()->Append(data, how, context);
    if (status.ok())
      state_->size += data.size();
    return status;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& how,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* context) override {
    return Append(data, how, context);
  }
  rocksdb::IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                                     const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("positioned appends are not watched");
  }
  rocksdb::IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                                     const rocksdb::IOOptions&,
                                     const rocksdb::DataVerificationInfo&,
                                     rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("positioned appends are not watched");
  }
  rocksdb::IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& how,
                             rocksdb::IODebugContext* context) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (owner_.off_)
      return rocksdb::IOStatus::OK();
    state_->size = std::min(state_->size, size);
    state_->synced = std::min(state_->synced, size);
    return target()->Truncate(size, how, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return owner_.sync(state_);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return owner_.sync(state_);
  }
  // Only a hint: makes nothing durable.
  rocksdb::IOStatus RangeSync(std::uint64_t, std::uint64_t, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }

private:
  power_loss_file_system& owner_;
  std::shared_ptr<power_loss_file_system::file> state_;
};

/// A directory whose names a sync makes durable.
class watched_directory final : public rocksdb::FSDirectoryWrapper {
public:
  watched_directory(std::unique_ptr<rocksdb::FSDirectory> target, power_loss_file_system& owner,
                    std::string path)
      : FSDirectoryWrapper(std::move(target)), owner_(owner), path_(std::move(path)) {}

  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    const std::scoped_lock lock(owner_.mutex_);
    auto status = owner_.admit();
    if (status.ok() && owner_.syncs_ != power_loss_file_system::sync_mode::ignored)
      owner_.sync_names(path_);
    return status;
  }
  rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& how,
                                        rocksdb::IODebugContext* context,
                                        const rocksdb::DirFsyncOptions&) override {
    return Fsync(how, context);
  }

private:
  power_loss_file_system& owner_;
  std::string path_;
};

} // namespace weft::testing
