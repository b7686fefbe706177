#include "cluster/replica_set.hpp"
#include "tests/cluster/records.hpp"

#include <doctest/doctest.h>

#include <map>

namespace weft::cluster {
namespace {

using testing::make_event;
using testing::new_positions;
using testing::records_of;

constexpr node_no self{1};
const thread_id thread = thread_id::direct(user_id{1}, user_id{2});
const error disk_full{errc::read_only, "the disk is full"};
const error disk_broken{errc::read_only, "the disk broke", outcome::unknown_retry_same_id};

/// A set of replicas that all serve, and what it told whom.
struct fixture {
  explicit fixture(std::uint32_t shards = 2, const replica_set_limits& limits = {})
      : set(self, new_positions(shards), limits) {
    for (std::uint32_t i = 0; i < shards; ++i)
      set.elect(shard_id{i}, epoch{1}, {self});
    round();
  }

  void append(std::uint64_t owner, std::uint32_t shard, std::size_t count = 1) {
    std::vector<storage::record> records;
    for (std::size_t i = 0; i < count; ++i)
      records.emplace_back(make_event(thread, 2, std::to_string(owner)));
    set.append(owner, shard_id{shard}, records);
    listen();
  }

  /// Writes what is next, successfully, and applies it.
  storage::entries_ptr round() {
    auto batch = set.next_batch();
    REQUIRE(batch);
    set.persisted();
    set.applied();
    listen();
    return batch;
  }

  void listen() {
    for (auto& notice : set.take_notices()) {
      committed[notice.owner] += notice.committed;
      if (notice.lost)
        lost[notice.owner] = *notice.lost;
    }
  }

  replica_set set;
  std::map<std::uint64_t, std::uint64_t> committed;
  std::map<std::uint64_t, error> lost;
};

} // namespace

TEST_CASE("the first batch opens every shard with its epoch") {
  replica_set set(self, new_positions(3));
  for (std::uint32_t i = 0; i < 3; ++i)
    set.elect(shard_id{i}, epoch{7}, {self});
  const auto batch = set.next_batch();
  REQUIRE(batch);
  REQUIRE(batch->size() == 3);
  for (const auto& entry : *batch) {
    CHECK(entry.index == log_index{1});
    CHECK(entry.epoch == epoch{7});
    CHECK(std::get<state::Record>(entry.what).epoch_started().epoch() == 7);
  }
  CHECK(set[shard_id{0}].current_role() == replication::role::opening);
  const auto committed = set.persisted();
  REQUIRE(committed.size() == 1);
  CHECK(committed[0] == batch);
  CHECK(set[shard_id{0}].current_role() == replication::role::serving);
}

TEST_CASE("a batch holds what all owners appended to all shards, dense in each") {
  fixture node;
  node.append(100, 0, 2);
  node.append(200, 1);
  node.append(100, 0);
  const auto batch = node.round();
  REQUIRE(batch->size() == 4);
  CHECK((*batch)[0].shard == shard_id{0});
  CHECK((*batch)[0].index == log_index{2});
  CHECK((*batch)[1].index == log_index{3});
  CHECK((*batch)[2].shard == shard_id{1});
  CHECK((*batch)[2].index == log_index{2});
  CHECK((*batch)[3].shard == shard_id{0});
  CHECK((*batch)[3].index == log_index{4});
  CHECK(node.committed[100] == 3);
  CHECK(node.committed[200] == 1);
  CHECK(node.set.pending_records() == 0);
}

TEST_CASE("while a batch is in flight, appends gather for the next") {
  fixture node;
  node.append(100, 0);
  const auto first = node.set.next_batch();
  REQUIRE(first);
  node.append(100, 0);
  node.append(200, 0);
  CHECK_FALSE(node.set.next_batch());
  node.set.persisted();
  CHECK(node.committed[100] == 0);
  node.set.applied();
  node.listen();
  CHECK(node.committed[100] == 1);
  CHECK(node.round()->size() == 2);
  CHECK(node.committed[100] == 2);
}

TEST_CASE("an append to a shard that is not led is lost at once and nothing is written") {
  replica_set set(self, new_positions(1));
  auto records = records_of(make_event(thread, 2));
  set.append(100, shard_id{0}, records);
  const auto told = set.take_notices();
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].lost);
  CHECK(told[0].lost->code == errc::unavailable);
  CHECK(told[0].lost->outcome == outcome::nothing_written);
  CHECK_FALSE(set.next_batch());
}

TEST_CASE("an append to a shard that does not exist is lost") {
  fixture node;
  node.append(100, 17);
  CHECK(node.lost[100].code == errc::unavailable);
}

TEST_CASE("beyond its bound the set refuses, and the refused owner keeps its order") {
  fixture node(1, {4, 1u << 20});
  node.append(100, 0, 2);
  node.append(200, 0, 2);
  node.append(100, 0, 1); // Refused.
  node.append(300, 0, 1); // Refused, and has nothing else.
  CHECK(node.lost[300].code == errc::overloaded);
  CHECK(node.lost[300].retry_after_ms > 0);
  CHECK(node.lost.count(100) == 0);

  const auto batch = node.set.next_batch();
  REQUIRE(batch);
  node.append(100, 0, 1); // There would be room again; but one before it was refused.
  node.set.persisted();
  node.set.applied();
  node.listen();
  CHECK(batch->size() == 4);
  CHECK(node.committed[100] == 2);
  CHECK(node.lost[100].code == errc::overloaded);
  CHECK(node.lost[100].outcome == outcome::nothing_written);
  CHECK(node.committed[200] == 2);
  CHECK_FALSE(node.set.next_batch());
  CHECK(node.set.pending_records() == 0);
}

TEST_CASE("the bound counts bytes as well") {
  fixture node(1, {1000, 64u << 10});
  auto records = records_of(make_event(thread, 2, std::string(100u << 10, 'x')));
  node.set.append(100, shard_id{0}, records);
  node.listen();
  CHECK(node.lost[100].code == errc::overloaded);
}

TEST_CASE("a batch is bounded, and what does not fit follows in the next ones") {
  constexpr std::size_t batch_bytes = 4096;
  fixture node(1, {1000, 64u << 20, batch_bytes});
  for (std::uint64_t owner = 101; owner <= 120; ++owner)
    node.append(owner, 0, 2);
  node.append(500, 0, 100); // Larger than a batch of its own.
  std::uint64_t last = 1;
  std::size_t batches = 0;
  for (; node.set.pending_records() > 0; ++batches) {
    const auto batch = node.round();
    CHECK(batch->size() * sizeof(storage::log_entry) <= batch_bytes);
    for (const auto& entry : *batch)
      CHECK(entry.index == log_index{++last});
  }
  CHECK(batches > 5);
  CHECK(last == 141);
  for (std::uint64_t owner = 101; owner <= 120; ++owner)
    CHECK(node.committed[owner] == 2);
  CHECK(node.committed[500] == 100);
  CHECK(node.lost.empty());
}

TEST_CASE("an append that fits into a batch stays in one") {
  fixture node(1, {1000, 64u << 20, 8 * (sizeof(storage::log_entry) + 40)});
  node.append(100, 0, 6);
  node.append(200, 0, 6);
  CHECK(node.round()->size() == 6);
  CHECK(node.round()->size() == 6);
}

TEST_CASE("a refused batch costs its owners what they have in the batches behind it") {
  fixture node(1, {1000, 64u << 20, 4096});
  node.append(100, 0, 100);
  node.append(200, 0);
  node.round();
  const auto committed = node.committed[100];
  CHECK(committed > 0);
  REQUIRE(node.set.next_batch());
  node.set.refused(disk_full);
  node.listen();
  CHECK(node.lost[100].code == errc::read_only);
  CHECK(node.set.pending_records() == 1);
  const auto next = node.round();
  CHECK(next->size() == 1);
  CHECK((*next)[0].index == log_index{2 + committed});
  CHECK(node.committed[100] == committed);
  CHECK(node.committed[200] == 1);
}

TEST_CASE("an owner whose batch is refused keeps what is written and waits for a follower") {
  replica_set set(self, new_positions(2));
  set.elect(shard_id{0}, epoch{1}, {self});
  set.elect(shard_id{1}, epoch{1}, {self, node_no{2}});
  REQUIRE(set.next_batch());
  // Both openings are in this batch, which the follower holds back.
  CHECK(set.persisted().empty());
  const auto append = [&set] {
    auto records = records_of(make_event(thread, 2));
    set.append(100, shard_id{0}, records);
  };
  append();
  REQUIRE(set.next_batch());
  CHECK(set.persisted().empty());
  append();
  REQUIRE(set.next_batch());
  append(); // Gathered, and to be dropped.
  CHECK(set.refused(disk_full).empty());
  CHECK(set.take_notices().empty());

  // The follower leaves the in-sync set.
  set.elect(shard_id{1}, epoch{2}, {self});
  REQUIRE(set.next_batch());
  CHECK(set.persisted().size() == 3);
  set.applied();
  const auto told = set.take_notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].committed == 1);
  REQUIRE(told[0].lost);
  CHECK(told[0].lost->outcome == outcome::nothing_written);
  CHECK(set.pending_records() == 0);
}

TEST_CASE("a refused batch loses its owners, the others go on at the same places") {
  fixture node;
  node.append(100, 0, 2);
  const auto refused = node.set.next_batch();
  REQUIRE(refused);
  CHECK((*refused)[0].index == log_index{2});
  node.append(200, 0); // Gathered meanwhile.
  node.append(100, 0); // As well, and to be dropped.
  node.set.refused(disk_full);
  node.listen();
  CHECK(node.lost[100].code == errc::read_only);
  CHECK(node.lost[100].outcome == outcome::nothing_written);
  CHECK(node.lost.count(200) == 0);

  node.append(100, 1); // It has not heard yet.
  const auto next = node.round();
  REQUIRE(next->size() == 1);
  CHECK((*next)[0].index == log_index{2});
  CHECK(testing::body_of((*next)[0]) == "200");
  CHECK(node.committed[200] == 1);
  CHECK(node.committed[100] == 0);
  CHECK(node.set.pending_records() == 0);
}

TEST_CASE("an owner that was refused keeps what it appended before, through another's bad batch") {
  fixture node(1, {3, 1u << 20});
  node.append(200, 0);
  REQUIRE(node.set.next_batch());
  node.append(100, 0, 2);
  node.append(100, 0, 1); // Beyond the bound.
  node.set.refused(disk_full);
  node.listen();
  CHECK(node.lost.count(100) == 0);
  CHECK(node.round()->size() == 2);
  CHECK(node.committed[100] == 2);
  CHECK(node.lost[100].code == errc::overloaded);
}

TEST_CASE("an opening that was refused is tried again in the same epoch") {
  replica_set set(self, new_positions(2));
  set.elect(shard_id{0}, epoch{1}, {self});
  set.elect(shard_id{1}, epoch{1}, {self});
  REQUIRE(set.next_batch());
  set.refused(disk_full);
  CHECK_FALSE(set.next_batch());
  set.reopen();
  const auto batch = set.next_batch();
  REQUIRE(batch);
  CHECK(batch->size() == 2);
  CHECK((*batch)[0].index == log_index{1});
  set.persisted();
  CHECK(set[shard_id{0}].current_role() == replication::role::serving);
}

TEST_CASE("after a failed write each owner hears whether its records may be written") {
  fixture node;
  node.append(100, 0);
  REQUIRE(node.set.next_batch());
  node.append(100, 0);
  node.append(200, 1);
  node.set.failed(disk_broken);
  node.listen();
  CHECK(node.lost[100].outcome == outcome::unknown_retry_same_id);
  CHECK(node.lost[200].outcome == outcome::nothing_written);
  CHECK(node.set.pending_records() == 0);
  node.append(300, 0);
  CHECK(node.lost[300].code == errc::read_only);
  // It may be a retry of what failed.
  CHECK(node.lost[300].outcome == outcome::unknown_retry_same_id);
  CHECK_FALSE(node.set.next_batch());
}

TEST_CASE("a failure to apply loses what was to be applied") {
  fixture node;
  node.append(100, 0);
  REQUIRE(node.set.next_batch());
  REQUIRE(node.set.persisted().size() == 1);
  node.set.failed(disk_broken);
  node.listen();
  CHECK(node.committed[100] == 0);
  CHECK(node.lost[100].outcome == outcome::unknown_retry_same_id);
}

TEST_CASE("a closed set ends what is pending and refuses what comes") {
  fixture node;
  node.append(100, 0);
  node.set.close({errc::unavailable, "stopping"});
  node.append(100, 0);
  node.append(200, 0);
  CHECK(node.lost[200].code == errc::unavailable);
  CHECK(node.set.pending_records() == 1);
  CHECK(node.round()->size() == 1);
  CHECK(node.committed[100] == 1);
  CHECK(node.lost[100].code == errc::unavailable);
  CHECK(node.set.pending_records() == 0);
}

TEST_CASE("nobody is told of records without an owner") {
  fixture node;
  auto records = records_of(testing::touches_relayed(1));
  CHECK(node.set.append(0, shard_id{0}, records) == owner_table::nobody);
  CHECK(node.round()->size() == 1);
  CHECK(node.committed.size() == 0);
}

TEST_CASE("a batch waits for the followers of its shards") {
  replica_set set(self, new_positions(1));
  set.elect(shard_id{0}, epoch{1}, {self, node_no{2}});
  REQUIRE(set.next_batch());
  CHECK(set.persisted().empty());
  CHECK(set[shard_id{0}].current_role() == replication::role::opening);
}

} // namespace weft::cluster
