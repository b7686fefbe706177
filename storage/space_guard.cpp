#include "storage/space_guard.hpp"

#include <rocksdb/file_system.h>

#include <chrono>

namespace weft::storage {
namespace {

constexpr std::int64_t look_every_ms = 1000;
/// A fast disk takes this much in a fraction of a second.
constexpr std::uint64_t look_after_bytes = 8u << 20;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

} // namespace

space_guard::space_guard(std::shared_ptr<rocksdb::FileSystem> file_system, std::string directory,
                         std::uint64_t free_bytes_min, std::function<std::uint64_t()> unflushed)
    : file_system_(std::move(file_system)), directory_(std::move(directory)),
      free_bytes_min_(free_bytes_min), unflushed_(std::move(unflushed)) {}

bool space_guard::is_full() {
  const auto now = now_ms();
  auto due = look_again_ms_.load();
  // Whoever moves the time on looks; the others take what he found last.
  if (now >= due && look_again_ms_.compare_exchange_strong(due, now + look_every_ms)) {
    written_ = 0;
    full_ = look();
  }
  return full_;
}

void space_guard::note_written(std::uint64_t bytes) {
  if (written_.fetch_add(bytes) + bytes >= look_after_bytes)
    look_again_ms_ = 0;
}

bool space_guard::look() const {
  std::uint64_t free = 0;
  // A file system that cannot tell does not stop us: a failed write will.
  if (!file_system_->GetFreeSpace(directory_, {}, &free, nullptr).ok())
    return false;
  return free < free_bytes_min_ + unflushed_();
}

} // namespace weft::storage
