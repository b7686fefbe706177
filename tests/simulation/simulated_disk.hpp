// The disk of a simulated node: what survives a crash, and what must.
#pragma once

#include "cluster/replica_set.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace weft::testing {

/// One record as the simulation numbers them: the `number`-th of its owner. Owner 0 is the leader
/// itself, with `EpochStarted`.
struct mark {
  std::uint64_t owner = 0;
  std::uint64_t number = 0;
  epoch in;

  bool operator==(const mark&) const = default;
};

inline mark mark_of(const storage::log_entry& entry) {
  if (const auto* event = std::get_if<storage::event_record>(&entry.what))
    return {event->from.value, event->seq.value, entry.epoch};
  return {0, 0, entry.epoch};
}

/// Logs of all shards. Checks whatever is written: places are dense, epochs do not fall, each
/// begins with its start, and the records of an owner have no hole.
class simulated_disk {
public:
  explicit simulated_disk(std::uint32_t shards) : logs_(shards), applied_(shards) {}

  void write(const std::vector<storage::log_entry>& entries) {
    for (const auto& entry : entries)
      write_one(entry);
  }

  /// A crash finds a batch half on its way: some beginning of it is there afterwards.
  void write_torn(const std::vector<storage::log_entry>& entries, std::mt19937_64& random) {
    const auto count = random() % (entries.size() + 1);
    for (std::size_t i = 0; i < count; ++i)
      write_one(entries[i]);
  }

  void apply(const std::vector<storage::log_entry>& entries) {
    for (const auto& entry : entries) {
      auto& upto = applied_[entry.shard.value];
      REQUIRE(entry.index == upto.next());
      REQUIRE(upto.value < logs_[entry.shard.value].size());
      upto = entry.index;
    }
  }

  /// State is not synced: a crash takes any part of it back.
  void forget_state(std::mt19937_64& random) {
    for (auto& upto : applied_)
      upto = log_index{random() % (upto.value + 1)};
  }

  /// Where a start finds the shards, everything applied.
  std::vector<storage::shard_position> recover() {
    std::vector<storage::shard_position> out;
    for (std::uint32_t i = 0; i < logs_.size(); ++i) {
      const log_index last{logs_[i].size()};
      applied_[i] = last;
      out.push_back({shard_id{i}, epochs_[shard_id{i}], log_index{1}, last, last, log_index{}});
    }
    return out;
  }

  /// A claim made durable.
  epoch raise_epoch(shard_id shard) {
    auto& at = epochs_[shard];
    at = at.next();
    return at;
  }

  const std::vector<mark>& log(shard_id shard) const { return logs_[shard.value]; }
  /// How many records of an owner are in the logs.
  std::uint64_t written_of(std::uint64_t owner) const {
    const auto found = written_.find(owner);
    return found == written_.end() ? 0 : found->second;
  }
  log_index applied(shard_id shard) const { return applied_[shard.value]; }

private:
  void write_one(const storage::log_entry& entry) {
    auto& log = logs_[entry.shard.value];
    const auto what = mark_of(entry);
    REQUIRE(entry.index.value == log.size() + 1);
    const auto before = log.empty() ? epoch{} : log.back().in;
    REQUIRE(entry.epoch >= before);
    REQUIRE(entry.epoch <= epochs_[entry.shard]);
    if (entry.epoch > before)
      REQUIRE(what.owner == 0);
    if (what.owner != 0)
      REQUIRE(what.number == ++written_[what.owner]);
    log.push_back(what);
  }

  std::vector<std::vector<mark>> logs_;
  std::vector<log_index> applied_;
  std::map<shard_id, epoch> epochs_;
  std::map<std::uint64_t, std::uint64_t> written_;
};

} // namespace weft::testing
