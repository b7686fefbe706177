#include "storage/directory.hpp"

#include "storage/rocks.hpp"

namespace weft::storage {
namespace {

/// What a person can do about a directory that cannot be written.
error unusable(const rocksdb::Status& status, const std::string& attempted) {
  auto out = to_error(status, attempted);
  out.message += status.IsNoSpace()
                     ? ": free some space on this disk"
                     : ": make the directory writable for this user, or give another";
  return out;
}

/// Makes one directory last: its name lives in its parent.
rocksdb::IOStatus make_one(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  auto status = files.CreateDirIfMissing(directory.string(), {}, nullptr);
  std::unique_ptr<rocksdb::FSDirectory> parent;
  if (status.ok())
    status = files.NewDirectory(directory.parent_path().string(), {}, &parent, nullptr);
  return status.ok() ? parent->Fsync({}, nullptr) : status;
}

/// Whether a file can be created; what it takes to tell a lock from a refusal.
rocksdb::IOStatus try_to_write(rocksdb::FileSystem& files, const std::string& directory) {
  const auto path = directory + "/WRITABLE";
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = files.NewWritableFile(path, {}, &file, nullptr);
  if (status.ok())
    status = file->Close({}, nullptr);
  return status.ok() ? files.DeleteFile(path, {}, nullptr) : status;
}

} // namespace

result<void> make_directory(rocksdb::FileSystem& files, const std::filesystem::path& directory) {
  std::filesystem::path made;
  for (const auto& part : directory) {
    made /= part;
    if (part.empty() || files.FileExists(made.string(), {}, nullptr).ok())
      continue;
    const auto status = make_one(files, made);
    if (!status.ok())
      return unusable(status, "create the directory " + made.string());
  }
  bool is_directory = false;
  const auto status = files.IsDirectory(directory.string(), {}, &is_directory, nullptr);
  if (!status.ok())
    return unusable(status, "use the directory " + directory.string());
  if (!is_directory)
    return error{errc::io,
                 "cannot use " + directory.string() + ": it is not a directory: give another path"};
  return {};
}

result<rocksdb::FileLock*> lock_directory(rocksdb::FileSystem& files,
                                          const std::string& directory) {
  rocksdb::FileLock* lock = nullptr;
  const auto status = files.LockFile(directory + "/LOCK", {}, &lock, nullptr);
  if (status.ok())
    return lock;
  const auto writable = try_to_write(files, directory);
  if (!writable.ok())
    return unusable(writable, "write in the directory " + directory);
  return error{errc::locked, "the store in " + directory +
                                 " is in use by another process: stop that one, or give another "
                                 "directory"};
}

} // namespace weft::storage
