// Small files that hold secrets: readable by their owner alone, replaced whole or not at all.
#pragma once

#include "storage/result.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::net::client {

/// Makes the directory, and those above it, for its owner alone (0700).
result<void> make_private_directory(const std::filesystem::path& directory);

/// The content; nothing when there is no such file. At most 16 MiB.
result<std::optional<std::string>> read_file(const std::filesystem::path& file);

/// Replaces the file (0600): written beside it, synced, renamed. After a crash it holds the old
/// content or the new.
result<void> write_private_file(const std::filesystem::path& file, std::string_view content);

/// A lock between processes, held while this object lives. The file stays.
class file_lock {
public:
  /// Waits until the lock is free, `within` at most: `locked` after that.
  static result<file_lock> take(const std::filesystem::path& file,
                                std::chrono::milliseconds within);
  file_lock(file_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

private:
  explicit file_lock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

} // namespace weft::net::client
