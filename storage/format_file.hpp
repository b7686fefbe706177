// The file FORMAT beside the database: who the store is, readable before anything is opened.
// See docs/formats/store.md.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace weft::storage {

/// The version of everything below a store's directory. A store of a greater one is left alone.
inline constexpr std::uint32_t store_version = 1;

/// How far the founding of a store has come. Only a founded store can hold data: one that is still
/// being founded when it is opened is founded afresh.
enum class founding : std::uint8_t { begun, done };

/// What FORMAT says.
struct store_format {
  std::uint32_t version = store_version;
  founding state = founding::begun;
  weft::store_id store_id;
  std::uint64_t history_id = 0;
  std::uint32_t shard_count = 0;
};

std::string to_text(const store_format& format);

/// `newer_version` when it was written by a newer version, `corrupt` when it is damaged.
result<store_format> parse_format(std::string_view text);

/// Reads FORMAT in `directory`; nothing when there is none.
result<std::optional<store_format>> read_format(rocksdb::FileSystem& files,
                                                const std::string& directory);

/// Replaces FORMAT: a crash leaves the old or the new one.
result<void> write_format(rocksdb::FileSystem& files, const std::string& directory,
                          const store_format& format);

} // namespace weft::storage
