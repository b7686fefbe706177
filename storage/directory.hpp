// The directory of a store: its making, its lock, and clear words when it cannot be used.
#pragma once

#include "storage/result.hpp"

#include <filesystem>

namespace rocksdb {
class FileLock;
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// Creates the directory, and what is missing above it, unless it exists.
result<void> make_directory(rocksdb::FileSystem& files, const std::filesystem::path& directory);

/// Takes the directory for this process. `locked` when another process, or another store of this
/// one, has it; `io` or `read_only` when nothing can be written there.
result<rocksdb::FileLock*> lock_directory(rocksdb::FileSystem& files, const std::string& directory);

} // namespace weft::storage
