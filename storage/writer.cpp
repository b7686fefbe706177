#include "storage/writer.hpp"

#include "storage/cut_log.hpp"
#include "storage/log_row.hpp"
#include "storage/rocks.hpp"
#include "storage/shard_log.hpp"
#include "storage/state_rows.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace weft::storage {
namespace {

/// A synced batch that has so many bytes takes no further submission. It exceeds them by the last
/// one, whose size is bounded by whoever submits.
constexpr std::size_t batch_bytes_max = 4u << 20;

const std::vector<log_entry> no_entries;

struct submission {
  append_batch batch;
  writer::done told;

  const std::vector<log_entry>& entries() const {
    return batch.entries ? *batch.entries : no_entries;
  }
};

error refused(errc code, std::string message) {
  return {code, std::move(message), outcome::nothing_written};
}

error in_doubt(const rocksdb::Status& status) {
  auto out = to_error(status, "write the log");
  out.code = errc::read_only;
  out.outcome = outcome::unknown_retry_same_id;
  return out;
}

/// The sequence number of the last row of a batch that was written. RocksDB writes the first one
/// into the batch, in front of its rows (little-endian).
std::uint64_t last_sequence_of(const rocksdb::WriteBatch& rows) {
  std::uint64_t first = 0;
  for (std::size_t i = 8; i-- > 0;)
    first = first << 8 | static_cast<unsigned char>(rows.Data()[i]);
  return first + rows.Count() - 1;
}

} // namespace

/// The writer's thread and what it works on. Everything below `mutex`'s line is that thread's own.
struct writer::impl {
  explicit impl(store& owner) : where(owner), at(owner.raw()) {}

  void run();
  bool take();
  void write_some();
  result<void> add(const submission& what);
  result<void> add_all(const submission& what);
  result<void> add_entry(const log_entry& entry);
  void add_message(const event_record& event);
  result<void> commit();

  store& where;
  const store::handles& at;

  std::mutex mutex;
  std::condition_variable submitted_some;
  std::vector<submission> submitted;
  bool ending = false;

  std::vector<submission> taken;
  std::size_t next = 0;
  std::vector<result<void>> answers;
  rocksdb::WriteBatch rows;
  std::string row;
  thread_id last_thread;
  key_buffer last_prefix;
  /// Last index of each shard's log, and what they were before the submission at hand.
  std::vector<log_index> ends;
  std::vector<std::pair<shard_id, log_index>> ends_before;
  std::thread thread;
};

bool writer::impl::take() {
  std::unique_lock lock(mutex);
  submitted_some.wait(lock, [this] { return ending || !submitted.empty(); });
  taken.clear();
  next = 0;
  std::swap(taken, submitted);
  return !taken.empty();
}

void writer::impl::run() {
  while (take()) {
    while (next < taken.size())
      write_some();
  }
}

/// Writes as much of what was taken as fits in one batch, syncs, and tells.
void writer::impl::write_some() {
  rows.Clear();
  answers.clear();
  const auto begin = next;
  const bool failed = at.guard->has_stopped();
  const bool full = !failed && where.is_full();
  for (; next < taken.size() && rows.GetDataSize() < batch_bytes_max; ++next) {
    // A cut looks for entries in the database: those before it have to be there.
    if (!taken[next].batch.cuts.empty() && rows.Count() > 0)
      break;
    if (failed)
      answers.push_back(failed_before());
    else if (full)
      answers.push_back(refused(errc::read_only, "the disk is full: free some space"));
    else
      answers.push_back(add(taken[next]));
  }
  const auto written = commit();
  for (auto i = begin; i < next; ++i) {
    const auto& answer = answers[i - begin];
    if (taken[i].told)
      taken[i].told(answer ? written : answer);
    // What a callback holds on to must not wait for the whole take to be written.
    taken[i] = {};
  }
}

/// Adds all of a submission, or nothing of it.
result<void> writer::impl::add(const submission& what) {
  rows.SetSavePoint();
  ends_before.clear();
  auto added = add_all(what);
  if (added) {
    rows.PopSavePoint().PermitUncheckedError();
    return added;
  }
  rows.RollbackToSavePoint().PermitUncheckedError();
  for (; !ends_before.empty(); ends_before.pop_back())
    ends[ends_before.back().first.value] = ends_before.back().second;
  return added;
}

result<void> writer::impl::add_all(const submission& what) {
  for (const auto& cut : what.batch.cuts) {
    if (auto done = cut_log(at, cut, rows); !done)
      return done;
    auto& end = ends[cut.shard.value];
    ends_before.emplace_back(cut.shard, end);
    end = std::min(end, cut.above);
  }
  for (const auto& entry : what.entries()) {
    if (auto done = add_entry(entry); !done)
      return done;
  }
  for (const auto& state : what.batch.hard_states) {
    const auto key =
        shard_key(first_slot_of(state.shard, at.format.shard_count), row_tag::shard_epoch);
    const auto value = encode_number(state.epoch.value);
    rows.Put(at[family::shards], key.view(), {value.data(), value.size()}).PermitUncheckedError();
  }
  return {};
}

result<void> writer::impl::add_entry(const log_entry& entry) {
  auto& end = ends[entry.shard.value];
  if (entry.index != end.next())
    return refused(errc::unavailable, "entry " + std::to_string(entry.index.value) + " of shard " +
                                          std::to_string(entry.shard.value) +
                                          " does not follow the last one of its log, " +
                                          std::to_string(end.value));
  const auto* event = std::get_if<event_record>(&entry.what);
  if (event && !event->bytes)
    return refused(errc::bad_request, "an event has no bytes");
  const auto first = first_slot_of(entry.shard, at.format.shard_count);
  encode_log_row(entry, first, row);
  rows.Put(at[family::log], log_key(first, entry.index).view(), row).PermitUncheckedError();
  if (event)
    add_message(*event);
  if (ends_before.empty() || ends_before.back().first != entry.shard)
    ends_before.emplace_back(entry.shard, end);
  end = entry.index;
  return {};
}

void writer::impl::add_message(const event_record& event) {
  if (event.thread != last_thread) {
    last_thread = event.thread;
    last_prefix = thread_prefix(event.thread);
  }
  auto key = last_prefix;
  key.number(event.seq.value).number(static_cast<std::uint8_t>(message_event_part));
  const rocksdb::Slice key_part(key.view());
  const rocksdb::Slice parts[] = {{&row_version, 1}, {*event.bytes}};
  rows.Put(at[family::messages], {&key_part, 1}, {parts, 2}).PermitUncheckedError();
}

/// Written without a sync and then synced, so that the state can be written during the sync.
result<void> writer::impl::commit() {
  if (rows.Count() == 0)
    return {};
  auto status = at.db->Write({}, &rows);
  if (status.ok())
    status = at.db->SyncWAL();
  at.space->note_written(rows.GetDataSize());
  // A failure of the log itself is known to the guard alone.
  at.guard->stop(status);
  if (at.guard->has_stopped())
    return in_doubt(at.guard->failure());
  at.synced.write(last_sequence_of(rows));
  return {};
}

writer::writer(store& where) : impl_(std::make_unique<impl>(where)) {
  impl_->ends.resize(where.shard_count());
  if (const auto positions = shard_log(where).positions()) {
    for (const auto& position : *positions)
      impl_->ends[position.shard.value] = position.last;
  } else {
    // Nothing is appended to a damaged log.
    impl_->at.guard->stop(rocksdb::Status::Corruption(positions.failure().message));
  }
  impl_->thread = std::thread([this] { impl_->run(); });
}

writer::~writer() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->ending = true;
  }
  impl_->submitted_some.notify_one();
  impl_->thread.join();
}

void writer::submit(append_batch batch, done told) {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->submitted.push_back({std::move(batch), std::move(told)});
  }
  impl_->submitted_some.notify_one();
}

} // namespace weft::storage
