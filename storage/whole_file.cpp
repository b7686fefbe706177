#include "storage/whole_file.hpp"

#include "storage/rocks.hpp"

#include <filesystem>

namespace weft::storage {

result<std::string> read_file(rocksdb::FileSystem& files, const std::string& path) {
  std::uint64_t size = 0;
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  rocksdb::Slice read;
  auto status = files.GetFileSize(path, {}, &size, nullptr);
  if (status.ok())
    status = files.NewSequentialFile(path, {}, &file, nullptr);
  std::string buffer(size, '\0');
  if (status.ok())
    status = file->Read(size, {}, &read, buffer.data(), nullptr);
  if (!status.ok())
    return to_error(status, "read " + path);
  // A file system may have the bytes in memory of its own.
  return read.data() == buffer.data() && read.size() == size ? buffer : read.ToString();
}

result<void> replace_file(rocksdb::FileSystem& files, const std::string& path,
                          std::string_view bytes) {
  const auto unfinished = path + ".new";
  std::unique_ptr<rocksdb::FSWritableFile> file;
  std::unique_ptr<rocksdb::FSDirectory> parent;
  auto status = files.NewWritableFile(unfinished, {}, &file, nullptr);
  if (status.ok())
    status = file->Append(bytes, {}, nullptr);
  if (status.ok())
    status = file->Fsync({}, nullptr);
  if (status.ok())
    status = file->Close({}, nullptr);
  if (status.ok())
    status = files.RenameFile(unfinished, path, {}, nullptr);
  if (status.ok())
    status = files.NewDirectory(std::filesystem::path(path).parent_path().string(), {}, &parent,
                                nullptr);
  if (status.ok())
    status = parent->Fsync({}, nullptr);
  return status.ok() ? result<void>{} : to_error(status, "write " + path);
}

} // namespace weft::storage
