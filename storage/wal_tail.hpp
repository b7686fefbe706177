// The end of the write-ahead log after a power loss. See docs/formats/recovery.md.
#pragma once

#include "storage/result.hpp"

#include <string>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// What became of an attempt to mend.
enum class tail_repair : std::uint8_t {
  /// The logs are intact, or damaged before their end: nothing was changed.
  none,
  /// The end was torn and has been cut off behind the last whole record.
  cut
};

/// Cuts off a last record that never reached the disk as a whole. RocksDB itself tolerates a file
/// that ends early; it refuses one whose length was set while some of its pages were not written,
/// which is what a power loss may leave. The writer syncs each batch before it writes the next, so
/// that the last record alone can be torn: an intact record behind the damage means that what was
/// synced is damaged, and nothing is cut.
result<tail_repair> cut_torn_tail(rocksdb::FileSystem& files, const std::string& database);

} // namespace weft::storage
