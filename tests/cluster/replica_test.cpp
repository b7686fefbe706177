#include "cluster/replication/replica.hpp"

#include <doctest/doctest.h>

namespace weft::cluster::replication {
namespace {

constexpr node_no self{1};
constexpr node_no second{2};
constexpr node_no third{3};

/// A replica whose log ends at `last`, all of it committed, and that was just elected.
replica elected_at(std::uint64_t last, std::vector<node_no> in_sync) {
  replica out(self);
  out.step(recovered{epoch{3}, log_index{last}, log_index{last}});
  out.step(elected{epoch{4}, std::move(in_sync)});
  return out;
}

/// A replica that serves alone; its log ends with `EpochStarted` at 11.
replica serving() {
  auto out = elected_at(10, {self});
  out.step(proposed{1, entry_kind::epoch_start});
  out.step(persisted{log_index{11}});
  return out;
}

} // namespace

TEST_CASE("a recovered replica leads nothing and refuses proposals") {
  replica core(self);
  core.step(recovered{epoch{3}, log_index{10}, log_index{10}});
  CHECK(core.current_role() == role::following);
  CHECK(core.committed() == log_index{10});
  const auto told = core.step(proposed{1});
  CHECK(told.refuse == errc::unavailable);
  CHECK_FALSE(told.append);
  CHECK(core.last() == log_index{10});
}

TEST_CASE("an elected replica asks for the first entry of its epoch and takes nothing before") {
  replica core(self);
  core.step(recovered{epoch{3}, log_index{10}, log_index{10}});
  const auto told = core.step(elected{epoch{4}, {self}});
  CHECK(told.entered == role::opening);
  CHECK(told.start == epoch{4});
  CHECK(core.step(proposed{1}).refuse == errc::unavailable);

  const auto start = core.step(proposed{1, entry_kind::epoch_start});
  REQUIRE(start.append);
  CHECK(start.append->first == log_index{11});
  CHECK(start.append->epoch == epoch{4});
  CHECK(core.step(proposed{1}).refuse == errc::unavailable);
}

TEST_CASE("a replica serves once the first entry of its epoch is committed") {
  auto core = elected_at(10, {self});
  core.step(proposed{1, entry_kind::epoch_start});
  const auto told = core.step(persisted{log_index{11}});
  CHECK(told.commit == log_index{11});
  CHECK(told.entered == role::serving);
  const auto next = core.step(proposed{3});
  REQUIRE(next.append);
  CHECK(next.append->first == log_index{12});
  CHECK(core.last() == log_index{14});
}

TEST_CASE("an election of an epoch that is not newer changes nothing") {
  auto core = serving();
  for (std::uint32_t older : {2u, 4u}) {
    const auto told = core.step(elected{epoch{older}, {self}});
    CHECK_FALSE(told.entered);
    CHECK_FALSE(told.start);
    CHECK(core.current_epoch() == epoch{4});
    CHECK(core.current_role() == role::serving);
  }
}

TEST_CASE("alone, what is persisted is committed") {
  auto core = serving();
  core.step(proposed{5});
  CHECK(core.step(persisted{log_index{13}}).commit == log_index{13});
  CHECK(core.step(persisted{log_index{16}}).commit == log_index{16});
  CHECK_FALSE(core.step(persisted{log_index{16}}).commit);
}

TEST_CASE("an entry is committed once every in-sync replica has it") {
  auto core = elected_at(10, {self, second, third});
  core.step(proposed{1, entry_kind::epoch_start});
  CHECK_FALSE(core.step(persisted{log_index{11}}).commit);
  CHECK_FALSE(core.step(acked{second, epoch{4}, log_index{11}}).commit);
  const auto told = core.step(acked{third, epoch{4}, log_index{11}});
  CHECK(told.commit == log_index{11});
  CHECK(told.entered == role::serving);

  core.step(proposed{4});
  CHECK_FALSE(core.step(acked{second, epoch{4}, log_index{15}}).commit);
  CHECK_FALSE(core.step(acked{third, epoch{4}, log_index{13}}).commit);
  CHECK(core.step(persisted{log_index{15}}).commit == log_index{13});
}

TEST_CASE("what the followers have of older epochs commits nothing by itself") {
  auto core = elected_at(10, {self, second});
  core.step(proposed{1, entry_kind::epoch_start});
  core.step(persisted{log_index{11}});
  CHECK_FALSE(core.step(acked{second, epoch{4}, log_index{10}}).commit);
  CHECK(core.current_role() == role::opening);
}

TEST_CASE("acknowledgements of another epoch or of a stranger do not count") {
  auto core = elected_at(10, {self, second});
  core.step(proposed{1, entry_kind::epoch_start});
  core.step(persisted{log_index{11}});
  CHECK_FALSE(core.step(acked{second, epoch{3}, log_index{11}}).commit);
  CHECK_FALSE(core.step(acked{third, epoch{4}, log_index{11}}).commit);
  CHECK(core.step(acked{second, epoch{4}, log_index{11}}).commit == log_index{11});
}

TEST_CASE("places that a full disk refused are given out again") {
  auto core = serving();
  core.step(proposed{5});
  const auto told = core.step(persist_failed{outcome::nothing_written});
  CHECK(told.cut == log_index{11});
  CHECK(core.current_role() == role::serving);
  const auto next = core.step(proposed{2});
  REQUIRE(next.append);
  CHECK(next.append->first == log_index{12});
  CHECK(core.step(persisted{log_index{13}}).commit == log_index{13});
}

TEST_CASE("an opening that a full disk refused is tried again when asked to") {
  auto core = elected_at(10, {self});
  CHECK_FALSE(core.step(reopened{}).start);
  core.step(proposed{1, entry_kind::epoch_start});
  core.step(persist_failed{outcome::nothing_written});
  CHECK(core.current_role() == role::opening);
  CHECK(core.step(reopened{}).start == epoch{4});
  CHECK_FALSE(core.step(reopened{}).start);
  core.step(proposed{1, entry_kind::epoch_start});
  CHECK(core.step(persisted{log_index{11}}).entered == role::serving);
}

TEST_CASE("after a write of unknown outcome a replica leads no more and says so") {
  auto core = serving();
  core.step(proposed{5});
  CHECK(core.step(persist_failed{outcome::unknown_retry_same_id}).entered == role::failed);
  CHECK(core.step(proposed{1}).refuse == errc::read_only);
  CHECK_FALSE(core.step(elected{epoch{9}, {self}}).entered);
  CHECK(core.committed() == log_index{11});
}

TEST_CASE("a deposed leader takes and commits nothing, and keeps what was committed") {
  auto core = serving();
  core.step(proposed{5});
  CHECK(core.step(deposed{epoch{6}}).entered == role::following);
  CHECK(core.step(proposed{1}).refuse == errc::unavailable);
  CHECK_FALSE(core.step(persisted{log_index{16}}).commit);
  CHECK(core.committed() == log_index{11});
  CHECK(core.step(elected{epoch{7}, {self}}).start == epoch{7});
}

TEST_CASE("a deposition by an older epoch is ignored") {
  auto core = serving();
  CHECK_FALSE(core.step(deposed{epoch{4}}).entered);
  CHECK(core.current_role() == role::serving);
}

} // namespace weft::cluster::replication
