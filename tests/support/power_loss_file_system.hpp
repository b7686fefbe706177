// A file system that can lose what was not synced, hold syncs back, and refuse to write.
#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace weft::testing {

/// What the disk keeps of bytes that were written and not synced when the power goes.
enum class unsynced {
  /// Nothing: the file ends at its last sync.
  lost,
  /// A beginning of random length.
  torn,
  /// All pages are there, some at random full of zeros: what a file system leaves that had set the
  /// file's length before it wrote its pages.
  holes,
};

/// Passes everything on to the disk and remembers of each file what a sync has made durable, and of
/// each directory which names a sync of it has. Covers what RocksDB and our own files do below the
/// root; information logs and locks are passed on untracked. Safe for use by several threads.
class power_loss_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// Everything that exists below `root` already counts as durable.
  explicit power_loss_file_system(std::filesystem::path root);
  ~power_loss_file_system() override;

  const char* Name() const override { return "weft.power_loss"; }

  // -- the power -------------------------------------------------------------------------------

  /// From now on nothing can be written.
  void cut_power();
  /// Cuts it after so many further appends, syncs and changes of names.
  void cut_power_after(std::uint64_t operations);
  bool is_off() const;

  /// Makes the directory what the disk would hold after the power loss. The power must be off and
  /// all files closed. Afterwards open it again through another file system.
  void lose(unsynced what, std::mt19937_64& random);

  // -- misbehaviour ----------------------------------------------------------------------------

  /// Syncs of write-ahead logs wait until they are released.
  void hold_syncs();
  void release_syncs();
  /// Waits until a sync is being held back.
  void await_held_sync();

  /// Syncs succeed and do nothing from now on.
  void ignore_syncs();
  /// Syncs of write-ahead logs fail from now on.
  void fail_syncs();
  /// Appends to write-ahead logs fail with `why` from now on; other files can be written.
  void refuse_log_appends(rocksdb::IOStatus why);
  /// Everything that writes fails with `why` until it is called with OK.
  void refuse_writes(rocksdb::IOStatus why);
  /// What the file system says is free from now on.
  void report_free_bytes(std::uint64_t bytes);

  // -- rocksdb::FileSystem ---------------------------------------------------------------------

  using options = rocksdb::IOOptions;
  using debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                    debug* context) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                                       std::unique_ptr<rocksdb::FSWritableFile>* out,
                                       debug* context) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& how,
                                      std::unique_ptr<rocksdb::FSWritableFile>* out,
                                      debug* context) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& how,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* out,
                                    debug* context) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const options& how,
                                 std::unique_ptr<rocksdb::FSDirectory>* out,
                                 debug* context) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const options& how, debug* context) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const options& how,
                                       debug* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const options& how,
                               debug* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const options& how,
                               debug* context) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const options& how,
                             debug* context) override;
  rocksdb::IOStatus Truncate(const std::string& path, std::size_t size, const options& how,
                             debug* context) override;
  rocksdb::IOStatus LockFile(const std::string& path, const options& how, rocksdb::FileLock** out,
                             debug* context) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const options& how, std::uint64_t* out,
                                 debug* context) override;

private:
  friend class watched_file;
  friend class watched_directory;

  /// A file apart from its names.
  struct file {
    /// Where its bytes are now: under its name, or in the graveyard once the name is gone.
    std::string home;
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
  };
  using names = std::map<std::string, std::shared_ptr<file>>;
  enum class sync_mode { honest, ignored, failing };

  /// Counts an operation; not OK when the power is off or writes are refused. Mutex held.
  rocksdb::IOStatus admit();
  /// The same for an append. Mutex held.
  rocksdb::IOStatus admit_append(const file& to);
  /// What an open file answers when it was not admitted. Without power: that all is well, though
  /// nothing happens. A program does not live to see an error then, and RocksDB as Debian builds it
  /// asserts that no file is used after one. Mutex held.
  rocksdb::IOStatus after_refusal(rocksdb::IOStatus refused) const {
    return off_ ? rocksdb::IOStatus::OK() : std::move(refused);
  }
  rocksdb::IOStatus sync(const std::shared_ptr<file>& which);
  void sync_names(const std::string& directory);
  /// Takes a name away and keeps the bytes while the disk may still know them. Mutex held.
  void bury(const std::string& path);
  rocksdb::IOStatus watch(const std::string& path, std::uint64_t size,
                          std::unique_ptr<rocksdb::FSWritableFile>* out);
  bool is_reachable(const std::string& path) const;
  void damage(const std::string& path, const file& what, unsynced how, std::mt19937_64& random);

  const std::filesystem::path root_;
  const std::filesystem::path graveyard_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  names live_;
  names durable_;
  std::set<std::string> live_directories_;
  std::set<std::string> durable_directories_;
  std::uint64_t buried_ = 0;
  std::uint64_t operations_left_ = ~std::uint64_t{0};
  bool off_ = false;
  bool holding_ = false;
  std::size_t held_ = 0;
  sync_mode syncs_ = sync_mode::honest;
  rocksdb::IOStatus refusal_;
  rocksdb::IOStatus log_refusal_;
  std::optional<std::uint64_t> free_bytes_;
};

} // namespace weft::testing
