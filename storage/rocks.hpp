// What this folder's files share of RocksDB. Included by .cpp files here and by nobody else.
#pragma once

#include "storage/format_file.hpp"
#include "storage/key_layout.hpp"
#include "storage/log_clock.hpp"
#include "storage/log_guard.hpp"
#include "storage/space_guard.hpp"
#include "storage/store.hpp"
#include "storage/synced_mark.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace weft::storage {

/// Everything a store holds open. Members are destroyed from the bottom up: the database goes
/// before the environment that it writes through.
struct store::handles {
  std::string directory;
  std::shared_ptr<rocksdb::FileSystem> file_system;
  /// Between the database and `file_system`.
  std::shared_ptr<log_guard> guard;
  std::unique_ptr<rocksdb::Env> env;
  rocksdb::FileLock* lock = nullptr;
  store_format format;
  std::shared_ptr<log_clock> clock;
  std::unique_ptr<space_guard> space;
  synced_mark synced;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families{};

  rocksdb::ColumnFamilyHandle* operator[](family which) const {
    return families[static_cast<std::size_t>(which)];
  }
};

/// An error of RocksDB in our words: "cannot ATTEMPTED: what RocksDB said".
error to_error(const rocksdb::Status& status, std::string_view attempted);

/// Refuses what comes after a failed write. Nothing of it is written, but it may be a retry of what
/// failed, of which nobody knows.
error failed_before();

/// Stored bytes that contradict the format: "WHERE is damaged: WHAT".
error corrupt(std::string_view where, std::string_view what);

/// The value of a key, or nothing.
result<std::optional<std::string>> get(const store::handles& at, family which, std::string_view key,
                                       const rocksdb::ReadOptions& how = {});

/// The value of a key as a protobuf message, or nothing.
template <class Message>
result<std::optional<Message>> get_message(const store::handles& at, family which,
                                           std::string_view key) {
  auto value = get(at, which, key);
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<Message>{};
  Message out;
  if (!out.ParseFromString(**value))
    return corrupt(family_names[static_cast<std::size_t>(which)], "a row does not parse");
  return std::optional<Message>{std::move(out)};
}

/// The value of a key as one big-endian number; 0 when there is none.
result<std::uint64_t> get_number(const store::handles& at, family which, std::string_view key,
                                 const rocksdb::ReadOptions& how = {});

/// Walks the rows whose keys begin with a prefix, or a part of them. Remembers its upper bound, as
/// RocksDB refers to it.
class prefix_scan {
public:
  prefix_scan(const store::handles& at, family which, std::string_view prefix,
              const rocksdb::Snapshot* as_of = nullptr);
  rocksdb::Iterator* operator->() const { return rows_.get(); }
  rocksdb::Iterator& operator*() const { return *rows_; }

private:
  std::string lower_;
  std::string upper_;
  rocksdb::Slice lower_bound_;
  rocksdb::Slice upper_bound_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

} // namespace weft::storage
