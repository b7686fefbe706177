#include "storage/store.hpp"

#include "storage/directory.hpp"
#include "storage/random.hpp"
#include "storage/rocks.hpp"
#include "storage/rocks_options.hpp"
#include "storage/wal_tail.hpp"

#include <rocksdb/convenience.h>

namespace weft::storage {
namespace {

/// Row of the default family that ties the database to its FORMAT file.
constexpr std::string_view store_id_key = "store_id";

std::string database_path(const store::handles& at) {
  return at.directory + "/db";
}

bool is_new(const store::handles& at) {
  return at.format.state == founding::begun;
}

store_format new_format() {
  store_format out;
  out.store_id.bytes = make_uuid_v4();
  // 0 is kept for "no history".
  out.history_id = std::max<std::uint64_t>(random_u64(), 1);
  out.shard_count = shard_count_default;
  return out;
}

/// What an attempt to found a store left behind holds nothing, and a mark of another store's log
/// says nothing about the one to be founded.
result<void> clear_unfounded(store::handles& at) {
  rocksdb::Options options;
  options.env = at.env.get();
  const auto status = rocksdb::DestroyDB(database_path(at), options);
  if (!status.ok())
    return to_error(status, "clear the unfinished store in " + at.directory);
  return synced_mark::remove(at.directory);
}

rocksdb::Status open_database(store::handles& at, const store_options& options) {
  auto how = database_options(at.env.get());
  how.create_if_missing = how.create_missing_column_families = how.error_if_exists = is_new(at);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* database = nullptr;
  auto status = rocksdb::DB::Open(how, database_path(at), family_options(options, at.clock),
                                  &handles, &database);
  if (status.ok()) {
    at.db.reset(database);
    std::copy(handles.begin(), handles.end(), at.families.begin());
  }
  return status;
}

/// Opens the database, if need be without the torn end that a power loss left of its log.
result<void> open_or_mend(store::handles& at, const store_options& options) {
  auto status = open_database(at, options);
  if (status.IsCorruption()) {
    const auto mended = cut_torn_tail(*at.file_system, database_path(at));
    if (!mended)
      return mended.failure();
    if (*mended == tail_repair::cut)
      status = open_database(at, options);
  }
  if (status.ok())
    return {};
  auto out = to_error(status, "open the store in " + at.directory);
  // An argument of ours that is invalid speaks of a database that is not what we made.
  if (status.IsCorruption() || status.IsInvalidArgument()) {
    out.code = errc::corrupt;
    out.message += ": restore it from a backup, or remove it and let the other replicas refill it";
  }
  return out;
}

/// Writes the identity into the database first and into FORMAT last: only a store whose FORMAT says
/// so is founded.
result<void> finish_founding(store::handles& at) {
  rocksdb::WriteOptions how;
  how.sync = true;
  at.guard->stop(at.db->Put(how, at[family::meta], store_id_key, at.format.store_id.view()));
  if (at.guard->has_stopped())
    return to_error(at.guard->failure(), "found the store in " + at.directory);
  at.format.state = founding::done;
  return write_format(*at.file_system, at.directory, at.format);
}

result<void> check_identity(const store::handles& at) {
  auto id = get(at, family::meta, store_id_key);
  if (!id)
    return id.failure();
  if (*id != std::optional<std::string>{at.format.store_id.view()})
    return corrupt("the store in " + at.directory, "its FORMAT file belongs to another store");
  return {};
}

/// Refuses a log that ends before what was synced once.
result<void> check_synced(store::handles& at) {
  if (auto opened = at.synced.open(at.directory); !opened)
    return opened;
  if (at.db->GetLatestSequenceNumber() >= at.synced.read())
    return {};
  return corrupt("the store in " + at.directory,
                 "its log ends before what was acknowledged: restore it from a backup, or remove "
                 "it and let the other replicas refill it");
}

result<void> open_or_found(store::handles& at, const store_options& options) {
  const bool founding_now = is_new(at);
  if (founding_now) {
    if (auto begun = write_format(*at.file_system, at.directory, at.format); !begun)
      return begun;
    if (auto cleared = clear_unfounded(at); !cleared)
      return cleared;
    // Its name must be durable before FORMAT says that the store is founded, and so must the end of
    // an old mark: both are names in this directory, which is synced here.
    if (auto made = make_directory(*at.file_system, database_path(at)); !made)
      return made;
  }
  at.clock = std::make_shared<log_clock>(at.format.shard_count);
  if (auto opened = open_or_mend(at, options); !opened)
    return opened;
  if (auto checked = check_synced(at); !checked)
    return checked;
  auto* database = at.db.get();
  const auto unflushed = [database] {
    std::uint64_t bytes = 0;
    database->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes);
    return bytes;
  };
  at.space = std::make_unique<space_guard>(at.file_system, at.directory, options.free_bytes_min,
                                           unflushed);
  return founding_now ? finish_founding(at) : check_identity(at);
}

} // namespace

store::store() : handles_(std::make_unique<handles>()) {}

result<std::unique_ptr<store>> store::open(const store_options& options) {
  std::unique_ptr<store> out(new store);
  auto& at = *out->handles_;
  at.directory = std::filesystem::absolute(options.directory).lexically_normal().string();
  if (at.directory.size() > 1 && at.directory.back() == '/')
    at.directory.pop_back();
  at.file_system = options.file_system ? options.file_system : rocksdb::FileSystem::Default();
  at.guard = std::make_shared<log_guard>(at.file_system);
  at.env = rocksdb::NewCompositeEnv(at.guard);
  auto& files = *at.file_system;

  if (auto made = make_directory(files, at.directory); !made)
    return made.failure();
  // Read before the lock is taken: a store of a newer version is not touched, not even by a lock.
  if (auto format = read_format(files, at.directory); !format)
    return format.failure();
  auto lock = lock_directory(files, at.directory);
  if (!lock)
    return lock.failure();
  at.lock = *lock;
  auto format = read_format(files, at.directory);
  if (!format)
    return format.failure();
  if (!*format && files.FileExists(database_path(at), {}, nullptr).ok())
    return corrupt("the store in " + at.directory,
                   "there is a database but no FORMAT file: restore it from a backup");
  at.format = *format ? **format : new_format();
  if (auto opened = open_or_found(at, options); !opened)
    return opened.failure();
  return out;
}

store::~store() {
  auto& at = *handles_;
  if (at.db) {
    // A store that failed does not flush; it will replay its log instead.
    (void)flush();
    for (auto* column_family : at.families)
      at.db->DestroyColumnFamilyHandle(column_family).PermitUncheckedError();
    at.db->Close().PermitUncheckedError();
    at.db.reset();
  }
  if (at.lock)
    at.file_system->UnlockFile(at.lock, {}, nullptr).PermitUncheckedError();
}

const store_id& store::id() const {
  return handles_->format.store_id;
}

std::uint64_t store::history_id() const {
  return handles_->format.history_id;
}

std::uint32_t store::shard_count() const {
  return handles_->format.shard_count;
}

bool store::is_full() const {
  return handles_->space->is_full();
}

time_ms store::log_time(slot where) const {
  return handles_->clock->at(shard_of(where, shard_count()));
}

result<void> store::flush() {
  if (handles_->guard->has_stopped())
    return failed_before();
  const std::vector<rocksdb::ColumnFamilyHandle*> all(handles_->families.begin(),
                                                      handles_->families.end());
  const auto status = handles_->db->Flush({}, all);
  if (!status.ok())
    return to_error(status, "flush the store in " + handles_->directory);
  return {};
}

shard_id shard_of(slot where, std::uint32_t count) {
  return shard_id{static_cast<std::uint32_t>(std::uint64_t{where.value} * count >> 16)};
}

slot first_slot_of(shard_id shard, std::uint32_t count) {
  // The smallest slot whose shard is not below this one.
  return slot{static_cast<std::uint16_t>(((std::uint64_t{shard.value} << 16) + count - 1) / count)};
}

} // namespace weft::storage
