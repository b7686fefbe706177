#include "tests/support/power_loss_file_system.hpp"

#include "tests/support/watched_file.hpp"

#include <algorithm>
#include <fstream>

namespace weft::testing {
namespace {

namespace fs = std::filesystem;
using rocksdb::IOStatus;

constexpr std::uint64_t page_bytes = 4096;

bool is_write_ahead_log(const std::string& path) {
  return path.ends_with(".log");
}

std::string parent_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

} // namespace

power_loss_file_system::power_loss_file_system(fs::path root)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), root_(fs::absolute(std::move(root))),
      graveyard_(root_.string() + ".graveyard") {
  fs::create_directories(graveyard_);
  live_directories_.insert(root_.string());
  if (fs::exists(root_)) {
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      const auto path = entry.path().string();
      if (entry.is_directory())
        live_directories_.insert(path);
      else
        live_[path] = std::make_shared<file>(file{path, entry.file_size(), entry.file_size()});
    }
  }
  durable_ = live_;
  durable_directories_ = live_directories_;
}

power_loss_file_system::~power_loss_file_system() {
  std::error_code ignored;
  fs::remove_all(graveyard_, ignored);
}

// -- the power ---------------------------------------------------------------------------------

void power_loss_file_system::cut_power() {
  const std::scoped_lock lock(mutex_);
  off_ = true;
  changed_.notify_all();
}

void power_loss_file_system::cut_power_after(std::uint64_t operations) {
  const std::scoped_lock lock(mutex_);
  operations_left_ = operations;
}

bool power_loss_file_system::is_off() const {
  const std::scoped_lock lock(mutex_);
  return off_;
}

IOStatus power_loss_file_system::admit() {
  if (!off_ && operations_left_ != ~std::uint64_t{0} && operations_left_-- == 0) {
    off_ = true;
    changed_.notify_all();
  }
  if (off_)
    return IOStatus::IOError("the power is off");
  return refusal_;
}

IOStatus power_loss_file_system::admit_append(const file& to) {
  auto status = admit();
  return status.ok() && is_write_ahead_log(to.home) ? log_refusal_ : status;
}

bool power_loss_file_system::is_reachable(const std::string& path) const {
  for (auto at = parent_of(path); at.size() > root_.string().size(); at = parent_of(at)) {
    if (!durable_directories_.contains(at))
      return false;
  }
  return true;
}

void power_loss_file_system::damage(const std::string& path, const file& what, unsynced how,
                                    std::mt19937_64& random) {
  const auto unsynced_bytes = what.size - what.synced;
  if (how == unsynced::lost || unsynced_bytes == 0) {
    fs::resize_file(path, what.synced);
    return;
  }
  if (how == unsynced::torn) {
    fs::resize_file(path, what.synced + random() % (unsynced_bytes + 1));
    return;
  }
  fs::resize_file(path, what.size);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  for (auto from = what.synced; from < what.size;) {
    const auto end = std::min((from / page_bytes + 1) * page_bytes, what.size);
    if (random() % 2 == 0) {
      bytes.seekp(static_cast<std::streamoff>(from));
      bytes << std::string(end - from, '\0');
    }
    from = end;
  }
}

void power_loss_file_system::lose(unsynced what, std::mt19937_64& random) {
  const std::scoped_lock lock(mutex_);
  const auto staging = graveyard_ / "staging";
  fs::create_directories(staging);
  fs::create_directories(root_);
  std::map<std::string, fs::path> kept;
  for (const auto& [path, state] : durable_) {
    if (!is_reachable(path))
      continue;
    const auto place = staging / std::to_string(kept.size());
    fs::copy_file(state->home, place);
    damage(place.string(), *state, what, random);
    kept[path] = place;
  }
  // What is written around this file system counts as having reached the disk.
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    const auto path = entry.path().string();
    if (!entry.is_regular_file() || live_.contains(path) || !is_reachable(path))
      continue;
    const auto place = staging / std::to_string(kept.size());
    fs::copy_file(path, place);
    kept[path] = place;
  }
  fs::remove_all(root_);
  fs::create_directories(root_);
  for (const auto& directory : durable_directories_)
    fs::create_directories(directory);
  for (const auto& [path, place] : kept)
    fs::rename(place, path);
  fs::remove_all(staging);
}

// -- misbehaviour ------------------------------------------------------------------------------

void power_loss_file_system::hold_syncs() {
  const std::scoped_lock lock(mutex_);
  holding_ = true;
}

void power_loss_file_system::release_syncs() {
  const std::scoped_lock lock(mutex_);
  holding_ = false;
  changed_.notify_all();
}

void power_loss_file_system::await_held_sync() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return held_ > 0; });
}

void power_loss_file_system::ignore_syncs() {
  const std::scoped_lock lock(mutex_);
  syncs_ = sync_mode::ignored;
}

void power_loss_file_system::fail_syncs() {
  const std::scoped_lock lock(mutex_);
  syncs_ = sync_mode::failing;
}

void power_loss_file_system::refuse_log_appends(IOStatus why) {
  const std::scoped_lock lock(mutex_);
  log_refusal_ = std::move(why);
}

void power_loss_file_system::refuse_writes(IOStatus why) {
  const std::scoped_lock lock(mutex_);
  refusal_ = std::move(why);
}

void power_loss_file_system::report_free_bytes(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  free_bytes_ = bytes;
}

// -- what is durable ---------------------------------------------------------------------------

IOStatus power_loss_file_system::sync(const std::shared_ptr<file>& which) {
  std::unique_lock lock(mutex_);
  // What is appended while the sync runs need not be covered by it.
  const auto covered = which->size;
  const bool of_log = is_write_ahead_log(which->home);
  if (of_log && holding_) {
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holding_ || off_; });
    --held_;
  }
  if (auto refused = admit(); !refused.ok())
    return after_refusal(std::move(refused));
  if (of_log && syncs_ == sync_mode::failing)
    return IOStatus::IOError("the disk failed to sync");
  if (syncs_ != sync_mode::ignored)
    which->synced = std::max(which->synced, std::min(covered, which->size));
  return IOStatus::OK();
}

void power_loss_file_system::sync_names(const std::string& directory) {
  const auto inside = [&](const std::string& path) { return parent_of(path) == directory; };
  std::erase_if(durable_, [&](const auto& each) { return inside(each.first); });
  for (const auto& [path, state] : live_) {
    if (inside(path))
      durable_[path] = state;
  }
  std::erase_if(durable_directories_, inside);
  std::copy_if(live_directories_.begin(), live_directories_.end(),
               std::inserter(durable_directories_, durable_directories_.end()), inside);
}

void power_loss_file_system::bury(const std::string& path) {
  const auto found = live_.find(path);
  if (found == live_.end())
    return;
  auto& state = *found->second;
  const auto grave = (graveyard_ / std::to_string(buried_++)).string();
  if (state.home == path) {
    fs::rename(path, grave);
    state.home = grave;
  }
  live_.erase(found);
}

IOStatus power_loss_file_system::watch(const std::string& path, std::uint64_t size,
                                       std::unique_ptr<rocksdb::FSWritableFile>* out) {
  auto state = std::make_shared<file>(file{path, size, 0});
  if (size > 0 && live_.contains(path))
    state = live_[path];
  live_[path] = state;
  *out = std::make_unique<watched_file>(std::move(*out), *this, std::move(state));
  return IOStatus::OK();
}

// -- rocksdb::FileSystem -----------------------------------------------------------------------

IOStatus power_loss_file_system::NewWritableFile(const std::string& path,
                                                 const rocksdb::FileOptions& how,
                                                 std::unique_ptr<rocksdb::FSWritableFile>* out,
                                                 debug* context) {
  const std::scoped_lock lock(mutex_);
  if (auto refused = admit(); !refused.ok())
    return refused;
  // The bytes of an older file of this name may still be what the disk knows.
  bury(path);
  auto status = target()->NewWritableFile(path, how, out, context);
  return status.ok() ? watch(path, 0, out) : status;
}

IOStatus power_loss_file_system::ReopenWritableFile(const std::string& path,
                                                    const rocksdb::FileOptions& how,
                                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                                    debug* context) {
  const std::scoped_lock lock(mutex_);
  if (auto refused = admit(); !refused.ok())
    return refused;
  const auto size = fs::exists(path) ? fs::file_size(path) : 0;
  auto status = target()->ReopenWritableFile(path, how, out, context);
  return status.ok() ? watch(path, size, out) : status;
}

IOStatus power_loss_file_system::ReuseWritableFile(const std::string&, const std::string&,
                                                   const rocksdb::FileOptions&,
                                                   std::unique_ptr<rocksdb::FSWritableFile>*,
                                                   debug*) {
  return IOStatus::NotSupported("reused files are not watched");
}

IOStatus power_loss_file_system::NewRandomRWFile(const std::string&, const rocksdb::FileOptions&,
                                                 std::unique_ptr<rocksdb::FSRandomRWFile>*,
                                                 debug*) {
  return IOStatus::NotSupported("random writes are not watched");
}

IOStatus power_loss_file_system::NewDirectory(const std::string& path, const options& how,
                                              std::unique_ptr<rocksdb::FSDirectory>* out,
                                              debug* context) {
  auto status = target()->NewDirectory(path, how, out, context);
  if (status.ok())
    *out = std::make_unique<watched_directory>(std::move(*out), *this, without_slash(path));
  return status;
}

IOStatus power_loss_file_system::CreateDir(const std::string& path, const options& how,
                                           debug* context) {
  const std::scoped_lock lock(mutex_);
  auto status = admit();
  if (status.ok())
    status = target()->CreateDir(path, how, context);
  if (status.ok())
    live_directories_.insert(without_slash(path));
  return status;
}

IOStatus power_loss_file_system::CreateDirIfMissing(const std::string& path, const options& how,
                                                    debug* context) {
  return fs::is_directory(path) ? IOStatus::OK() : CreateDir(path, how, context);
}

IOStatus power_loss_file_system::DeleteFile(const std::string& path, const options& how,
                                            debug* context) {
  const std::scoped_lock lock(mutex_);
  if (auto refused = admit(); !refused.ok())
    return refused;
  if (!live_.contains(path))
    return target()->DeleteFile(path, how, context);
  bury(path);
  return IOStatus::OK();
}

IOStatus power_loss_file_system::RenameFile(const std::string& from, const std::string& to,
                                            const options& how, debug* context) {
  const std::scoped_lock lock(mutex_);
  if (auto refused = admit(); !refused.ok())
    return refused;
  bury(to);
  auto status = target()->RenameFile(from, to, how, context);
  const auto found = live_.find(from);
  if (status.ok() && found != live_.end()) {
    auto state = found->second;
    live_.erase(found);
    state->home = to;
    live_[to] = std::move(state);
  }
  return status;
}

IOStatus power_loss_file_system::LinkFile(const std::string&, const std::string&, const options&,
                                          debug*) {
  return IOStatus::NotSupported("links are not watched");
}

IOStatus power_loss_file_system::Truncate(const std::string& path, std::size_t size,
                                          const options& how, debug* context) {
  const std::scoped_lock lock(mutex_);
  if (auto refused = admit(); !refused.ok())
    return refused;
  if (const auto found = live_.find(path); found != live_.end()) {
    found->second->size = std::min<std::uint64_t>(found->second->size, size);
    found->second->synced = std::min<std::uint64_t>(found->second->synced, size);
  }
  return target()->Truncate(path, size, how, context);
}

IOStatus power_loss_file_system::LockFile(const std::string& path, const options& how,
                                          rocksdb::FileLock** out, debug* context) {
  {
    const std::scoped_lock lock(mutex_);
    // A lock file is opened for writing.
    if (!refusal_.ok())
      return refusal_;
  }
  return target()->LockFile(path, how, out, context);
}

IOStatus power_loss_file_system::GetFreeSpace(const std::string& path, const options& how,
                                              std::uint64_t* out, debug* context) {
  const std::scoped_lock lock(mutex_);
  if (!free_bytes_)
    return target()->GetFreeSpace(path, how, out, context);
  *out = *free_bytes_;
  return IOStatus::OK();
}

} // namespace weft::testing
