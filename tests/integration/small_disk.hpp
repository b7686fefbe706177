// A small file system of its own, for tests that fill a disk or make it read-only.
#pragma once

#include "tests/support/temporary_directory.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace weft::testing {

/// A tmpfs that is mounted while this object lives. Mounting needs root.
class small_disk {
public:
  /// Of so many bytes. Without the right to mount, `is_mounted` says no.
  explicit small_disk(std::size_t bytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  bool is_mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return directory_.path(); }
  std::size_t free_bytes() const;
  /// From now on nothing can be written; false when the kernel refuses.
  bool make_read_only();
  /// A file that leaves `rest` bytes free, and its removal.
  void fill_up_to(std::size_t rest) const;
  void empty() const;

private:
  temporary_directory directory_;
  bool mounted_ = false;
};

} // namespace weft::testing
