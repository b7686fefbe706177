// A node in virtual time: appends, slow and failing disks, crashes and restarts in random order.
// Whatever was told to owners is checked against what the disk holds, at every step.
#include "tests/simulation/simulated_disk.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <optional>

namespace weft::testing {
namespace {

using cluster::replica_set;
using storage::entries_ptr;

constexpr cluster::node_no self{1};
constexpr std::uint32_t shards = 3;
constexpr cluster::replica_set_limits small_limits{40, 1u << 20};
const error disk_full{errc::read_only, "full"};
const error disk_broken{errc::read_only, "broken", outcome::unknown_retry_same_id};

/// An appending actor as it sees itself.
struct owner {
  shard_id shard;
  std::uint64_t appended = 0;
  std::uint64_t committed = 0;
  std::optional<error> lost;
};

struct tally {
  std::uint64_t committed = 0;
  std::uint64_t lost = 0;
  std::uint64_t crashes = 0;
};

class simulated_node {
public:
  explicit simulated_node(std::mt19937_64& random) : random_(random), disk_(shards) { restart(); }

  void step() {
    switch (random_() % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return append();
    case 5:
    case 6:
    case 7:
      return submit();
    case 8:
    case 9:
    case 10:
      return persist();
    case 11:
    case 12:
      return apply();
    case 13:
      return bury_one();
    case 14:
      set_->reopen();
      return;
    default:
      return misfortune();
    }
  }

  /// Everything under way comes to its end: each owner has heard of each append.
  void settle() {
    full_ = false;
    while (!broken_ && (in_flight_ || applying_ || set_->pending_records() > 0)) {
      submit();
      persist();
      apply();
    }
    listen();
    for (const auto& [id, who] : owners_) {
      CAPTURE(id);
      const bool is_answered = who.committed == who.appended || who.lost.has_value();
      REQUIRE(is_answered);
    }
  }

  void check() const {
    REQUIRE(set_->pending_records() <= small_limits.pending_records_max + shards);
    for (const auto& [id, who] : owners_) {
      REQUIRE(who.committed <= disk_.written_of(id));
      REQUIRE(who.committed <= who.appended);
      // Who was told that nothing is written must find nothing beyond what was committed.
      if (who.lost && who.lost->outcome == outcome::nothing_written)
        REQUIRE(disk_.written_of(id) == who.committed);
    }
    for (const auto& [place, what] : committed_)
      REQUIRE(disk_.log(place.first)[place.second.value - 1] == what);
  }

  const tally& counts() const { return tally_; }

private:
  // -- what owners do ---------------------------------------------------------------------------

  void append() {
    if (owners_.size() < 6)
      owners_[++last_owner_].shard = shard_id{static_cast<std::uint32_t>(random_() % shards)};
    auto who = std::next(owners_.begin(), static_cast<std::ptrdiff_t>(random_() % owners_.size()));
    std::vector<storage::record> records;
    for (auto count = 1 + random_() % 5; count > 0; --count) {
      storage::event_record event;
      event.from = user_id{who->first};
      event.seq = sequence{++who->second.appended};
      records.emplace_back(std::move(event));
    }
    set_->append(who->first, who->second.shard, records);
    listen();
  }

  /// An actor that was told `lost` ends some time later.
  void bury_one() {
    for (const auto& [id, who] : owners_) {
      if (!who.lost)
        continue;
      set_->forget(id);
      owners_.erase(id);
      return;
    }
  }

  void listen() {
    for (auto& notice : set_->take_notices()) {
      auto& who = owners_.at(notice.owner);
      // Nothing is told after the end, and nothing that is not applied.
      REQUIRE_FALSE(who.lost);
      who.committed += notice.committed;
      tally_.committed += notice.committed;
      if (notice.lost) {
        who.lost = *notice.lost;
        ++tally_.lost;
      }
    }
  }

  // -- what the disk does -----------------------------------------------------------------------

  void submit() {
    if (broken_)
      return;
    if (auto batch = set_->next_batch()) {
      REQUIRE_FALSE(in_flight_);
      in_flight_ = std::move(batch);
    }
  }

  void persist() {
    if (!in_flight_ || applying_)
      return;
    const auto batch = std::exchange(in_flight_, nullptr);
    if (full_) {
      set_->refused(disk_full);
      return listen();
    }
    disk_.write(*batch);
    const auto committed = set_->persisted();
    REQUIRE(committed.size() == 1);
    applying_ = committed.front();
    // The next batch may be on its way before this one is applied.
    if (random_() % 2 == 0)
      submit();
    REQUIRE(set_->take_notices().empty());
  }

  void apply() {
    if (!applying_)
      return;
    const auto entries = std::exchange(applying_, nullptr);
    disk_.apply(*entries);
    set_->applied();
    for (const auto& entry : *entries) {
      REQUIRE(disk_.applied(entry.shard) >= entry.index);
      committed_[{entry.shard, entry.index}] = mark_of(entry);
    }
    listen();
  }

  void misfortune() {
    switch (random_() % 12) {
    case 0:
    case 1:
      full_ = true;
      return;
    case 2:
      return break_disk();
    case 3:
      return crash();
    default:
      full_ = false;
      return;
    }
  }

  void break_disk() {
    if (broken_)
      return;
    broken_ = true;
    if (in_flight_)
      disk_.write_torn(*in_flight_, random_);
    in_flight_ = nullptr;
    applying_ = nullptr;
    set_->failed(disk_broken);
    listen();
  }

  void crash() {
    ++tally_.crashes;
    if (in_flight_)
      disk_.write_torn(*in_flight_, random_);
    disk_.forget_state(random_);
    restart();
  }

  void restart() {
    in_flight_ = nullptr;
    applying_ = nullptr;
    broken_ = false;
    full_ = random_() % 4 == 0;
    owners_.clear();
    set_.emplace(self, disk_.recover(), small_limits);
    for (std::uint32_t i = 0; i < shards; ++i)
      set_->elect(shard_id{i}, disk_.raise_epoch(shard_id{i}), {self});
  }

  std::mt19937_64& random_;
  simulated_disk disk_;
  std::optional<replica_set> set_;
  std::map<std::uint64_t, owner> owners_;
  std::uint64_t last_owner_ = 0;
  entries_ptr in_flight_;
  entries_ptr applying_;
  bool full_ = false;
  bool broken_ = false;
  /// Everything whose owners were told that it is committed, by its place.
  std::map<std::pair<shard_id, log_index>, mark> committed_;
  tally tally_;
};

} // namespace

TEST_CASE("a node keeps its promises through full disks, failed writes and crashes") {
  auto random = seeded_random();
  tally all;
  for (int life = 0; life < 60; ++life) {
    simulated_node node(random);
    for (int i = 0; i < 800; ++i) {
      node.step();
      node.check();
    }
    node.settle();
    node.check();
    all.committed += node.counts().committed;
    all.lost += node.counts().lost;
    all.crashes += node.counts().crashes;
  }
  std::printf("committed %llu, owners lost %llu, crashes %llu\n",
              static_cast<unsigned long long>(all.committed),
              static_cast<unsigned long long>(all.lost),
              static_cast<unsigned long long>(all.crashes));
  // Otherwise the simulation proves nothing.
  CHECK(all.committed > 5'000);
  CHECK(all.lost > 100);
  CHECK(all.crashes > 10);
}

} // namespace weft::testing
