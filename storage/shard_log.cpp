#include "storage/shard_log.hpp"

#include "storage/log_row.hpp"
#include "storage/rocks.hpp"

#include <rocksdb/snapshot.h>

#include <algorithm>

namespace weft::storage {
namespace {

std::string name_of(shard_id shard) {
  return "the log of shard " + std::to_string(shard.value);
}

log_index index_of(const rocksdb::Slice& key) {
  return log_index{get_be<std::uint64_t>(key.data() + slot_bytes)};
}

/// Where the log of one shard begins and ends, and the epoch of its last entry.
result<void> find_ends(const store::handles& at, slot first_of_shard, shard_position& out) {
  const auto prefix = key_buffer{}.number(first_of_shard.value);
  prefix_scan rows(at, family::log, prefix.view());
  rows->SeekToFirst();
  if (rows->Valid()) {
    out.first = index_of(rows->key());
    rows->SeekToLast();
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read " + name_of(out.shard));
  if (!rows->Valid())
    return {};
  out.last = index_of(rows->key());
  const auto row = decode_log_row(rows->value().ToStringView());
  if (!row)
    return corrupt(name_of(out.shard), "its last row is of no known form");
  out.epoch = std::max(out.epoch, row->epoch);
  return {};
}

result<shard_position> position_of(const store::handles& at, shard_id shard) {
  const auto first = first_slot_of(shard, at.format.shard_count);
  shard_position out;
  out.shard = shard;
  const auto number = [&](row_tag tag) {
    return get_number(at, family::shards, shard_key(first, tag).view());
  };
  const auto applied = number(row_tag::shard_applied);
  const auto relayed = number(row_tag::shard_relayed);
  const auto hard_epoch = number(row_tag::shard_epoch);
  for (const auto* each : {&applied, &relayed, &hard_epoch}) {
    if (!*each)
      return each->failure();
  }
  out.applied = log_index{*applied};
  out.relayed = log_index{*relayed};
  out.epoch = epoch{static_cast<std::uint32_t>(*hard_epoch)};
  if (auto found = find_ends(at, first, out); !found)
    return found.failure();
  // Trimming always leaves the last applied entry.
  if (out.last < out.applied)
    return corrupt(name_of(shard), "it ends at " + std::to_string(out.last.value) +
                                       " below the applied entry " +
                                       std::to_string(out.applied.value) +
                                       ": acknowledged entries are missing; restore the store from "
                                       "a backup or let the other replicas refill it");
  if (!out.first)
    out.first = out.last.next();
  return out;
}

/// Reads rows of one log, then the events they refer to, as they all were at one moment.
class log_reader {
public:
  log_reader(const store::handles& at, shard_id shard)
      : at_(at), shard_(shard), first_slot_(first_slot_of(shard, at.format.shard_count)),
        moment_(at.db.get()) {}

  result<std::vector<log_entry>> read(log_index from, std::size_t limit) {
    if (auto rows = read_rows(from, limit); !rows)
      return rows.failure();
    if (auto events = read_events(); !events)
      return events.failure();
    std::vector<log_entry> out;
    out.reserve(rows_.size());
    std::size_t event = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool is_event = decoded_[i].kind == log_row_kind::event;
      const auto bytes = is_event ? events_[event++].ToStringView() : std::string_view{};
      auto entry =
          to_entry(shard_, first_slot_, log_index{from.value + i}, rows_[i], decoded_[i], bytes);
      if (!entry)
        return entry.failure();
      out.push_back(*std::move(entry));
    }
    return out;
  }

private:
  result<void> read_rows(log_index from, std::size_t limit) {
    const auto prefix = key_buffer{}.number(first_slot_.value);
    prefix_scan rows(at_, family::log, prefix.view(), moment_.snapshot());
    auto expected = from;
    for (rows->Seek(log_key(first_slot_, from).view()); rows->Valid() && rows_.size() < limit;
         rows->Next(), expected = expected.next()) {
      const auto index = index_of(rows->key());
      if (index != expected)
        return gap(from, expected, index);
      rows_.push_back(rows->value().ToString());
    }
    if (!rows->status().ok())
      return to_error(rows->status(), "read " + name_of(shard_));
    for (const auto& row : rows_) {
      auto decoded = decode_log_row(row);
      if (!decoded)
        return corrupt(name_of(shard_), "a row is of no known form");
      decoded_.push_back(*decoded);
    }
    return {};
  }

  error gap(log_index from, log_index expected, log_index found) const {
    if (expected == from)
      return {errc::not_found, name_of(shard_) + " begins at " + std::to_string(found.value) +
                                   ": the entry " + std::to_string(from.value) +
                                   " has been trimmed"};
    return corrupt(name_of(shard_), "the entry " + std::to_string(expected.value) + " is missing");
  }

  result<void> read_events() {
    std::vector<key_buffer> keys;
    for (const auto& row : decoded_) {
      if (row.kind == log_row_kind::event)
        keys.push_back(message_key(row.thread, row.seq));
    }
    std::vector<rocksdb::Slice> slices;
    for (const auto& key : keys)
      slices.emplace_back(key.view());
    values_.resize(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    rocksdb::ReadOptions how;
    how.snapshot = moment_.snapshot();
    at_.db->MultiGet(how, at_[family::messages], keys.size(), slices.data(), values_.data(),
                     statuses.data());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound())
        return corrupt(name_of(shard_), "the event of an entry is missing");
      if (!statuses[i].ok())
        return to_error(statuses[i], "read an event of " + name_of(shard_));
      events_.emplace_back(values_[i]);
      // The version byte is the message row's own.
      events_.back().remove_prefix(std::min<std::size_t>(1, events_.back().size()));
    }
    return {};
  }

  const store::handles& at_;
  shard_id shard_;
  slot first_slot_;
  rocksdb::ManagedSnapshot moment_;
  std::vector<std::string> rows_;
  std::vector<log_row> decoded_;
  std::vector<rocksdb::PinnableSlice> values_;
  std::vector<rocksdb::Slice> events_;
};

} // namespace

result<std::vector<shard_position>> shard_log::positions() const {
  std::vector<shard_position> out;
  out.reserve(store_.shard_count());
  for (std::uint32_t i = 0; i < store_.shard_count(); ++i) {
    auto position = position_of(store_.raw(), shard_id{i});
    if (!position)
      return position.failure();
    out.push_back(*position);
  }
  return out;
}

result<std::vector<log_entry>> shard_log::read(shard_id shard, log_index from,
                                               std::size_t limit) const {
  return log_reader(store_.raw(), shard).read(from, limit);
}

result<void> shard_log::trim(shard_id shard, log_index upto) {
  const auto& at = store_.raw();
  const auto first = first_slot_of(shard, at.format.shard_count);
  // What has been flushed of the applied index, not what memory says: the log has to bring back
  // everything above it.
  rocksdb::ReadOptions flushed;
  flushed.read_tier = rocksdb::kPersistedTier;
  const auto applied =
      get_number(at, family::shards, shard_key(first, row_tag::shard_applied).view(), flushed);
  if (!applied)
    return applied.failure();
  // The last applied entry stays: a log that ends below what was applied is then always damage.
  const auto end = std::min(upto.next().value, *applied);
  if (end <= 1)
    return {};
  // Not logged: a trim that a crash forgets is done again. The range begins with the bare slot.
  const auto begin_key = key_buffer{}.number(first.value);
  const auto end_key = log_key(first, log_index{end});
  rocksdb::WriteOptions how;
  how.disableWAL = true;
  const auto status = at.db->DeleteRange(how, at[family::log], begin_key.view(), end_key.view());
  if (!status.ok())
    return to_error(status, "trim " + name_of(shard));
  return {};
}

} // namespace weft::storage
