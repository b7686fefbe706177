#include "storage/threads.hpp"
#include "tests/cluster/host_fixture.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace weft::testing {
namespace {

using counts = std::vector<std::uint64_t>;

const thread_id ann_and_bob = thread_id::direct(user_id{1}, user_id{2});

/// A directory, a disk that misbehaves on demand, and the actor system.
struct machine {
  temporary_directory directory;
  std::shared_ptr<power_loss_file_system> disk =
      std::make_shared<power_loss_file_system>(directory.path());
  caf::actor_system_config config;
  caf::actor_system system{config};

  storage::store_options options() const {
    storage::store_options out;
    out.directory = directory.path() / "store";
    out.file_system = disk;
    return out;
  }
};

/// The sequence numbers of a thread's events in its log, which is dense or does not read at all.
counts logged(const host_fixture& node, const thread_id& thread) {
  const auto found = node.log->read(node.shard_of(thread), log_index{1}, 10'000);
  REQUIRE(found);
  counts out;
  for (const auto& entry : *found) {
    const auto* event = std::get_if<storage::event_record>(&entry.what);
    if (event != nullptr && event->thread == thread)
      out.push_back(event->seq.value);
  }
  return out;
}

} // namespace

TEST_CASE("a shard host leads every shard, in a higher epoch after each start") {
  machine on;
  for (std::uint32_t start = 1; start <= 2; ++start) {
    host_fixture node(on.system, on.options());
    REQUIRE(node.open());
    const auto map = node.coordinator->map();
    for (std::uint32_t i = 0; i < map->shard_count(); ++i) {
      const shard_id shard{i};
      REQUIRE(node.board->serves(shard));
      REQUIRE((*map)[shard].leader == cluster::node_no{1});
      REQUIRE((*map)[shard].epoch == epoch{start});
      REQUIRE(node.board->committed(shard) == log_index{start});
    }
  }
}

TEST_CASE("each owner hears one message for each round of commits") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  const auto first = node.spawn_owner();
  const auto second = node.spawn_owner();
  on.disk->hold_syncs();
  node.append(first, ann_and_bob, 1);
  on.disk->await_held_sync();
  // Gathered while the disk is busy: two shards, two owners, one round.
  const auto other = thread_id::direct(user_id{7}, user_id{8});
  node.append(first, ann_and_bob, 2);
  node.append(second, other, 1);
  node.append(first, ann_and_bob, 3);
  node.append(second, other, 2);
  // Everything above is in the host's mailbox before what tells it that the first is written.
  on.disk->release_syncs();
  CHECK(await([&] { return first.heard->total() == 3 && second.heard->total() == 2; }));
  CHECK(first.heard->committed() == counts{1, 2});
  CHECK(second.heard->committed() == counts{2});
  CHECK(logged(node, ann_and_bob) == counts{1, 2, 3});
  CHECK(node.board->appended() == node.store->shard_count() + 5);
}

TEST_CASE("whoever hears of a commit finds it in the state") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  std::atomic<std::uint64_t> found{0};
  const auto owner = node.spawn_owner([&] {
    const auto head = storage::thread_reader(*node.store).head(ann_and_bob);
    if (head && *head)
      found = (*head)->last_seq();
  });
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    node.append(owner, ann_and_bob, seq);
    REQUIRE(await([&] { return owner.heard->total() == seq; }));
    CHECK(found == seq);
  }
}

TEST_CASE("committed entries are handed on in the order of the log") {
  machine on;
  host_fixture node(on.system, on.options());
  std::mutex mutex;
  std::map<shard_id, log_index> last;
  std::uint64_t gaps = 0;
  std::uint64_t events = 0;
  node.on_entries = [&](const storage::entries_ptr& entries) {
    std::lock_guard lock(mutex);
    for (const auto& entry : *entries) {
      auto& at = last[entry.shard];
      gaps += entry.index == at.next() ? 0 : 1;
      at = entry.index;
      events += std::holds_alternative<storage::event_record>(entry.what) ? 1 : 0;
    }
  };
  REQUIRE(node.open());
  std::vector<test_owner> owners;
  for (std::uint64_t i = 0; i < 10; ++i) {
    owners.push_back(node.spawn_owner());
    for (std::uint64_t seq = 1; seq <= 50; ++seq)
      node.append(owners[i], thread_id::direct(user_id{i + 1}, user_id{i + 2}), seq);
  }
  for (const auto& owner : owners)
    REQUIRE(await([&] { return owner.heard->total() == 50; }));
  CHECK(await([&] {
    std::lock_guard lock(mutex);
    return events == 500;
  }));
  std::lock_guard lock(mutex);
  CHECK(gaps == 0);
}

TEST_CASE("a full disk costs the owners of a batch their appends and nobody else's") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  const auto before = node.spawn_owner();
  node.append(before, ann_and_bob, 1);
  REQUIRE(await([&] { return before.heard->total() == 1; }));

  on.disk->report_free_bytes(0);
  std::uint64_t written = 1;
  // The store looks for free space about once a second.
  REQUIRE(await([&] {
    const auto unlucky = node.spawn_owner();
    node.append(unlucky, ann_and_bob, written + 1);
    REQUIRE(await([&] { return unlucky.heard->total() + unlucky.heard->lost().size() == 1; }));
    if (unlucky.heard->lost().empty()) {
      ++written;
      return false;
    }
    CHECK(unlucky.heard->lost()[0].code == errc::read_only);
    CHECK(unlucky.heard->lost()[0].outcome == outcome::nothing_written);
    return true;
  }));
  CHECK(node.board->serves(node.shard_of(ann_and_bob)));

  on.disk->report_free_bytes(std::uint64_t{1} << 40);
  REQUIRE(await([&] {
    const auto lucky = node.spawn_owner();
    node.append(lucky, ann_and_bob, written + 1);
    REQUIRE(await([&] { return lucky.heard->total() + lucky.heard->lost().size() == 1; }));
    return lucky.heard->total() == 1;
  }));
  const auto in_log = logged(node, ann_and_bob);
  REQUIRE(in_log.size() == written + 1);
  for (std::uint64_t i = 0; i <= written; ++i)
    CHECK(in_log[i] == i + 1);
}

TEST_CASE("a disk that is full at the start keeps shards from opening until there is room") {
  machine on;
  on.disk->report_free_bytes(0);
  host_fixture node(on.system, on.options());
  const auto opened = node.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().code == errc::read_only);
  const auto owner = node.spawn_owner();
  node.append(owner, ann_and_bob, 1);
  REQUIRE(await([&] { return owner.heard->lost().size() == 1; }));
  CHECK(owner.heard->lost()[0].outcome == outcome::nothing_written);

  CHECK(node.board->writes() == cluster::write_state::refused);
  on.disk->report_free_bytes(std::uint64_t{1} << 40);
  CHECK(await([&] { return node.board->serves(node.shard_of(ann_and_bob)); }));
  const auto next = node.spawn_owner();
  node.append(next, ann_and_bob, 1);
  CHECK(await([&] { return next.heard->total() == 1; }));
}

TEST_CASE("after a failed sync nothing is written, and owners hear what is known") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  on.disk->fail_syncs();
  const auto first = node.spawn_owner();
  node.append(first, ann_and_bob, 1);
  REQUIRE(await([&] { return first.heard->lost().size() == 1; }));
  CHECK(first.heard->lost()[0].outcome == outcome::unknown_retry_same_id);
  CHECK(node.board->writes() == cluster::write_state::failed);
  CHECK_FALSE(node.board->serves(node.shard_of(ann_and_bob)));

  const auto second = node.spawn_owner();
  node.append(second, ann_and_bob, 2);
  REQUIRE(await([&] { return second.heard->lost().size() == 1; }));
  CHECK(second.heard->lost()[0].code == errc::read_only);
  CHECK(second.heard->lost()[0].outcome == outcome::unknown_retry_same_id);
}

TEST_CASE("beyond the bound an owner keeps what was taken and loses the rest") {
  machine on;
  host_fixture node(on.system, on.options(), {300, 64u << 20});
  REQUIRE(node.open());
  on.disk->hold_syncs();
  const auto owner = node.spawn_owner();
  for (std::uint64_t seq = 1; seq <= 400; ++seq)
    node.append(owner, ann_and_bob, seq);
  on.disk->await_held_sync();
  on.disk->release_syncs();
  REQUIRE(await([&] { return owner.heard->lost().size() == 1; }));
  CHECK(owner.heard->lost()[0].code == errc::overloaded);
  CHECK(owner.heard->lost()[0].outcome == outcome::nothing_written);
  // How many were taken depends on when the disk let go; they are the first ones.
  const auto taken = owner.heard->total();
  CHECK(taken >= 1);
  const auto in_log = logged(node, ann_and_bob);
  REQUIRE(in_log.size() == taken);
  CHECK(in_log.back() == taken);
}

TEST_CASE("draining ends what is pending and refuses what comes") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  on.disk->hold_syncs();
  const auto early = node.spawn_owner();
  node.append(early, ann_and_bob, 1);
  on.disk->await_held_sync();
  node.append(early, ann_and_bob, 2);
  auto drained = std::make_shared<std::promise<void>>();
  auto done = drained->get_future();
  caf::anon_send(node.host,
                 cluster::drain_request{{errc::unavailable, "stopping"}, std::move(drained)});
  const auto late = node.spawn_owner();
  node.append(late, ann_and_bob, 3);
  CHECK(await([&] { return late.heard->lost().size() == 1; }));
  CHECK(done.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  on.disk->release_syncs();
  CHECK(done.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(await([&] { return early.heard->total() == 2; }));
  CHECK(logged(node, ann_and_bob) == counts{1, 2});
}

TEST_CASE("an unwritten claim is refused by the local coordinator, and can be made again") {
  machine on;
  host_fixture node(on.system, on.options());
  std::promise<std::vector<cluster::claim_outcome>> promise;
  node.coordinator->claim_shards({{shard_id{0}, epoch{5}}},
                                 [&](auto outcomes) { promise.set_value(std::move(outcomes)); });
  const auto outcomes = promise.get_future().get();
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].how == cluster::transaction::refused);
  CHECK(outcomes[0].now.epoch == epoch{0});
  REQUIRE(node.open());
  CHECK((*node.coordinator->map())[shard_id{0}].epoch == epoch{1});
}

TEST_CASE("alone, the in-sync set is the node itself and nothing else") {
  machine on;
  host_fixture node(on.system, on.options());
  REQUIRE(node.open());
  const auto ask = [&](epoch leading, std::vector<cluster::node_no> in_sync) {
    cluster::transaction how = cluster::transaction::unknown;
    node.coordinator->change_in_sync(shard_id{0}, leading, std::move(in_sync),
                                     [&](const auto& told) { how = told.how; });
    return how;
  };
  const cluster::node_no self{1};
  CHECK(ask(epoch{1}, {self}) == cluster::transaction::done);
  CHECK(ask(epoch{1}, {self, cluster::node_no{2}}) == cluster::transaction::refused);
  CHECK(ask(epoch{2}, {self}) == cluster::transaction::refused);
}

} // namespace weft::testing
