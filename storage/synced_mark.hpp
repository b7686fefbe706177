// Remembers how far the write-ahead log was synced, so that a log that was cut is noticed.
#pragma once

#include "storage/result.hpp"

#include <cstdint>
#include <string>

namespace weft::storage {

/// The file SYNCED: RocksDB's sequence number of the last batch that was synced. Written behind
/// each sync without one of its own, hence at no price, and never ahead of the log: a log that ends
/// below it has lost what was acknowledged. A crash of the process keeps it; a power loss may leave
/// an older mark, or none, which then says less and nothing wrong. See docs/formats/recovery.md.
class synced_mark {
public:
  synced_mark() = default;
  ~synced_mark();
  synced_mark(const synced_mark&) = delete;
  synced_mark& operator=(const synced_mark&) = delete;

  /// Removes the file from `directory`, if there is one. Durable once the directory is synced.
  static result<void> remove(const std::string& directory);

  /// Opens the file in `directory`, or makes it.
  result<void> open(const std::string& directory);

  /// What it says; 0 when it is new or was never written as a whole.
  std::uint64_t read() const;

  /// Moves it on. A failure leaves the older mark.
  void write(std::uint64_t sequence) const;

private:
  int file_ = -1;
};

} // namespace weft::storage
