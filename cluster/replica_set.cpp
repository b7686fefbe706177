#include "cluster/replica_set.hpp"

#include <algorithm>
#include <cassert>

namespace weft::cluster {
namespace {

using replication::entry_kind;

/// What a record costs in memory, about: enough to bound it.
std::size_t bytes_of(const storage::record& what) {
  if (const auto* event = std::get_if<storage::event_record>(&what))
    return sizeof(storage::log_entry) + (event->bytes ? event->bytes->size() : 0);
  return sizeof(storage::log_entry) + std::get<state::Record>(what).ByteSizeLong();
}

storage::record epoch_started(epoch in) {
  state::Record out;
  out.mutable_epoch_started()->set_epoch(in.value);
  return out;
}

} // namespace

replica_set::replica_set(node_no self, std::span<const storage::shard_position> recovered,
                         const replica_set_limits& limits)
    : limits_(limits), replicas_(recovered.size(), replication::replica(self)),
      is_changed_(recovered.size()), end_of_(recovered.size()) {
  for (const auto& at : recovered) {
    step(at.shard, replication::recovered{at.epoch, at.last, at.applied});
    note(at.shard);
  }
}

// -- leadership ---------------------------------------------------------------------------------

void replica_set::elect(shard_id shard, epoch in, std::vector<node_no> in_sync) {
  step(shard, replication::elected{in, std::move(in_sync)});
}

void replica_set::reopen() {
  for (std::uint32_t i = 0; i < shard_count(); ++i)
    step(shard_id{i}, replication::reopened{});
}

void replica_set::close(error why) {
  closed_ = std::move(why);
}

void replica_set::step(shard_id shard, const replication::event& what) {
  const auto told = replicas_[shard.value].step(what);
  if (told.start) {
    std::vector<storage::record> first;
    first.push_back(epoch_started(*told.start));
    const auto bytes = bytes_of(first.front());
    gather({shard, entry_kind::epoch_start, owner_table::nobody, 1}, first, bytes);
  }
  if (told.entered || told.cut || told.commit)
    note(shard);
}

void replica_set::note(shard_id shard) {
  if (is_changed_[shard.value])
    return;
  is_changed_[shard.value] = true;
  changed_.push_back(shard);
}

std::vector<shard_id> replica_set::take_changed() {
  for (auto shard : changed_)
    is_changed_[shard.value] = false;
  return std::exchange(changed_, {});
}

// -- appends ------------------------------------------------------------------------------------

owner_table::slot replica_set::append(std::uint64_t owner, shard_id shard,
                                      std::vector<storage::record>& records) {
  if (records.empty())
    return owner_table::nobody;
  const auto slot = owner == 0 ? owner_table::nobody : owners_.find_or_add(owner);
  if (slot != owner_table::nobody && !owners_.is_open(slot))
    return owner_table::nobody;
  std::size_t bytes = 0;
  for (const auto& each : records)
    bytes += bytes_of(each);
  if (const auto why = reason_to_refuse(shard, records.size(), bytes)) {
    if (slot != owner_table::nobody)
      owners_.refuse(slot, *why);
    return slot;
  }
  const auto count = static_cast<std::uint32_t>(records.size());
  if (slot != owner_table::nobody)
    owners_.add(slot, count);
  gather({shard, entry_kind::domain, slot, count}, records, bytes);
  return slot;
}

std::optional<error> replica_set::reason_to_refuse(shard_id shard, std::size_t records,
                                                   std::size_t bytes) const {
  if (shard.value >= replicas_.size())
    return error{errc::unavailable, "cannot append to a shard that is not on this node"};
  const auto role = replicas_[shard.value].current_role();
  if (role == replication::role::failed)
    // An earlier try of the same operation may have been written just before.
    return error{errc::read_only, "cannot append: the store takes no more writes",
                 outcome::unknown_retry_same_id};
  if (closed_)
    return closed_;
  if (role != replication::role::serving)
    return error{errc::unavailable, "cannot append to a shard that is not led here",
                 outcome::nothing_written, 200};
  if (pending_records_ + records > limits_.pending_records_max ||
      pending_bytes_ + bytes > limits_.pending_bytes_max)
    return error{errc::overloaded, "cannot append: too much waits for the disk",
                 outcome::nothing_written, 500};
  return std::nullopt;
}

void replica_set::gather(proposal what, std::vector<storage::record>& records, std::size_t bytes) {
  if (!has_room(bytes))
    open_batch();
  what.count = 0;
  for (auto& each : records) {
    const auto size = bytes_of(each);
    if (what.count > 0 && !has_room(size)) {
      gathered_.back().proposals.push_back(what);
      what.count = 0;
      open_batch();
    }
    auto& into = gathered_.back();
    into.entries->push_back({what.shard, {}, {}, std::move(each)});
    into.bytes += size;
    ++what.count;
  }
  gathered_.back().proposals.push_back(what);
  pending_records_ += records.size();
  pending_bytes_ += bytes;
}

bool replica_set::has_room(std::size_t bytes) const {
  return !gathered_.empty() && gathered_.back().bytes + bytes <= limits_.batch_bytes_max;
}

void replica_set::open_batch() {
  auto& next = gathered_.emplace_back();
  next.entries = std::make_shared<std::vector<storage::log_entry>>();
  // It is about as large as the one under way.
  if (in_flight_)
    next.entries->reserve(in_flight_->entries->size());
}

// -- the writer ---------------------------------------------------------------------------------

storage::entries_ptr replica_set::next_batch() {
  if (in_flight_ || gathered_.empty())
    return nullptr;
  number(gathered_.front());
  in_flight_ = std::move(gathered_.front());
  gathered_.pop_front();
  return in_flight_->entries;
}

void replica_set::number(batch& what) {
  auto entry = what.entries->begin();
  for (const auto& each : what.proposals) {
    const auto told =
        replicas_[each.shard.value].step(replication::proposed{each.count, each.kind});
    assert(told.append);
    auto place = told.append->first;
    for (std::uint32_t i = 0; i < each.count; ++i, ++entry, place = place.next()) {
      entry->index = place;
      entry->epoch = told.append->epoch;
    }
    // `end_of_` and `ends` point at each other, so that neither needs clearing.
    auto& at = end_of_[each.shard.value];
    if (at >= what.ends.size() || what.ends[at].first != each.shard) {
      at = static_cast<std::uint32_t>(what.ends.size());
      what.ends.emplace_back(each.shard, log_index{});
    }
    what.ends[at].second = replicas_[each.shard.value].last();
  }
}

std::vector<storage::entries_ptr> replica_set::persisted() {
  assert(in_flight_);
  for (const auto& [shard, last] : in_flight_->ends) {
    step(shard, replication::persisted{last});
    note(shard);
  }
  written_.push_back(*std::exchange(in_flight_, std::nullopt));
  return release();
}

std::vector<storage::entries_ptr> replica_set::release() {
  std::vector<storage::entries_ptr> out;
  while (!written_.empty() && is_committed(written_.front())) {
    out.push_back(written_.front().entries);
    applying_.push_back(std::move(written_.front()));
    written_.pop_front();
  }
  return out;
}

bool replica_set::is_committed(const batch& what) const {
  return std::all_of(what.ends.begin(), what.ends.end(), [this](const auto& end) {
    return replicas_[end.first.value].committed() >= end.second;
  });
}

void replica_set::applied() {
  for (const auto& done : applying_) {
    for (const auto& each : done.proposals) {
      if (each.owner != owner_table::nobody)
        owners_.commit(each.owner, each.count);
    }
    settle(done);
  }
  applying_.clear();
}

std::vector<storage::entries_ptr> replica_set::refused(const error& why) {
  assert(in_flight_);
  const auto refused = *std::exchange(in_flight_, std::nullopt);
  for (const auto& end : refused.ends)
    step(end.first, replication::persist_failed{outcome::nothing_written});
  lose(refused, why);
  drop_gathered_of_losers(why);
  return release();
}

void replica_set::failed(const error& why) {
  error unwritten = why;
  unwritten.outcome = outcome::nothing_written;
  error unknown = why;
  unknown.outcome = outcome::unknown_retry_same_id;
  // Newest first: whoever also has something in an older batch hears the reason of that one.
  for (const auto& each : gathered_)
    lose(each, unwritten);
  if (in_flight_)
    lose(*in_flight_, unknown);
  for (const auto& each : written_)
    lose(each, unknown);
  for (const auto& each : applying_)
    lose(each, unknown);
  gathered_.clear();
  in_flight_.reset();
  written_.clear();
  applying_.clear();
  for (std::uint32_t i = 0; i < shard_count(); ++i)
    step(shard_id{i}, replication::persist_failed{outcome::unknown_retry_same_id});
}

void replica_set::settle(const batch& what) {
  for (const auto& each : what.proposals)
    pending_records_ -= each.count;
  pending_bytes_ -= what.bytes;
}

void replica_set::lose(const batch& what, const error& why) {
  for (const auto& each : what.proposals) {
    if (each.owner != owner_table::nobody)
      owners_.lose(each.owner, each.count, why);
  }
  settle(what);
}

void replica_set::drop_gathered_of_losers(const error& why) {
  for (auto& whole : std::exchange(gathered_, {})) {
    settle(whole);
    auto entry = whole.entries->begin();
    for (const auto& each : whole.proposals) {
      const auto end = entry + each.count;
      if (each.owner != owner_table::nobody && owners_.is_losing(each.owner)) {
        owners_.lose(each.owner, each.count, why);
        entry = end;
        continue;
      }
      std::vector<storage::record> records;
      std::size_t bytes = 0;
      for (; entry != end; ++entry) {
        bytes += bytes_of(entry->what);
        records.push_back(std::move(entry->what));
      }
      gather(each, records, bytes);
    }
  }
}

} // namespace weft::cluster
