// Small files read and replaced as a whole.
#pragma once

#include "storage/result.hpp"

#include <string>
#include <string_view>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// All bytes of a file.
result<std::string> read_file(rocksdb::FileSystem& files, const std::string& path);

/// Replaces a file, or makes it: a crash leaves the old or the new one, and after success the new
/// one is on stable storage. Uses `path`.new on the way.
result<void> replace_file(rocksdb::FileSystem& files, const std::string& path,
                          std::string_view bytes);

} // namespace weft::storage
