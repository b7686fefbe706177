#include "cluster/touches/touch_relay.hpp"
#include "tests/cluster/host_fixture.hpp"
#include "tests/cluster/recording_router.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace weft::testing {
namespace {

using actors::touch;

const thread_id ann_and_bob = thread_id::direct(user_id{1}, user_id{2});
const thread_id ann_alone = thread_id::direct(user_id{1}, user_id{1});
constexpr std::chrono::milliseconds soon{5};
constexpr std::chrono::milliseconds never{std::chrono::hours(24)};

struct machine {
  temporary_directory directory;
  caf::actor_system_config config;
  caf::actor_system system{config};
};

/// A shard host with its touch relay; users are played by the test.
struct relay_fixture {
  relay_fixture(machine& on, std::chrono::milliseconds touch_every)
      : system(on.system), node(on.system, options_in(on.directory.path())),
        env{*node.store, router, *node.ledger, reads, hashing, limits_of(touch_every)} {
    relay = cluster::spawn_touch_relay(
        system, {env, *node.log, *node.board, feed, node.positions, {4096, 3, 256}});
    feed.connect(relay);
    node.on_entries = [this](const storage::entries_ptr& entries) { feed.offer(entries); };
    REQUIRE(node.open());
    caf::anon_send(relay, caf::tick_atom_v);
  }
  ~relay_fixture() {
    caf::anon_send_exit(relay, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiting{system};
    waiting->wait_for(relay);
  }

  static storage::store_options options_in(const std::filesystem::path& directory) {
    storage::store_options out;
    out.directory = directory / "store";
    return out;
  }
  static actors::limits limits_of(std::chrono::milliseconds touch_every) {
    actors::limits out;
    out.touch_every = touch_every;
    return out;
  }

  void append(const thread_id& thread, std::uint64_t seq) {
    const auto owner = node.spawn_owner();
    node.append(owner, thread, seq);
    REQUIRE(await([&] { return owner.heard->total() == 1; }));
  }

  /// Touches of one user that tell a sequence number.
  std::vector<touch> touches_of(user_id user, std::uint64_t seq) const {
    auto out = router.touches();
    out.erase(std::remove_if(out.begin(), out.end(),
                             [&](const touch& each) {
                               return each.user != user || each.last_seq != sequence{seq};
                             }),
              out.end());
    return out;
  }

  void answer(const touch& what) {
    caf::anon_send(relay, actors::touch_committed{what.relay, what.round, what.user});
  }
  void answer_all() {
    for (const auto& each : router.touches())
      answer(each);
  }

  /// What the state says is relayed for the shard of a thread.
  log_index relayed(const thread_id& thread) const {
    const auto positions = node.log->positions();
    REQUIRE(positions);
    return (*positions)[node.shard_of(thread).value].relayed;
  }

  caf::actor_system& system;
  cluster::committed_feed feed;
  recording_router router;
  host_fixture node;
  actors::domain env;
  cluster::touch_relay_actor relay;
  actors::blocking_pool reads{2, 100};
  actors::blocking_pool hashing{1, 1};
};

} // namespace

TEST_CASE("the first message of a thread touches both sides at once") {
  machine on;
  relay_fixture node(on, never);
  node.append(ann_and_bob, 1);
  REQUIRE(await([&] { return node.router.touches().size() == 2; }));
  const auto ann = node.touches_of(user_id{1}, 1);
  const auto bob = node.touches_of(user_id{2}, 1);
  REQUIRE(ann.size() == 1);
  REQUIRE(bob.size() == 1);
  CHECK(ann[0].thread == ann_and_bob);
  CHECK(ann[0].peer == user_id{2});
  CHECK(ann[0].peer_name == "u2");
  CHECK(bob[0].peer == user_id{1});
  CHECK(bob[0].last_ordinal == ordinal{1});
  CHECK(bob[0].round != ann[0].round);
}

TEST_CASE("a thread with oneself touches once") {
  machine on;
  relay_fixture node(on, never);
  node.append(ann_alone, 1);
  REQUIRE(await([&] { return node.router.touches().size() == 1; }));
  CHECK(node.router.touches()[0].peer == user_id{1});
  CHECK(node.router.touches()[0].peer_name == "u1");
}

TEST_CASE("later messages are touched by the tick, with the newest head") {
  machine on;
  relay_fixture node(on, soon);
  node.append(ann_and_bob, 1);
  node.append(ann_and_bob, 2);
  node.append(ann_and_bob, 3);
  node.answer_all();
  CHECK(await([&] {
    node.answer_all();
    return !node.touches_of(user_id{2}, 3).empty();
  }));
}

TEST_CASE("what every user has committed is marked in the log, once") {
  machine on;
  relay_fixture node(on, soon);
  node.append(ann_and_bob, 1);
  const auto event_at = node.node.board->committed(node.node.shard_of(ann_and_bob));
  REQUIRE(await([&] {
    node.answer_all();
    return node.relayed(ann_and_bob) >= event_at;
  }));
  // The mark is an entry of its own and must not call for another one.
  const auto last = node.node.board->committed(node.node.shard_of(ann_and_bob));
  const auto other = thread_id::direct(user_id{50}, user_id{51});
  node.append(other, 1);
  REQUIRE(await([&] {
    node.answer_all();
    return node.relayed(other) > log_index{1};
  }));
  if (node.node.shard_of(other) != node.node.shard_of(ann_and_bob))
    CHECK(node.node.board->committed(node.node.shard_of(ann_and_bob)) == last);
}

TEST_CASE("touches that nobody answers are sent again, and nothing is marked") {
  machine on;
  relay_fixture node(on, soon);
  node.append(ann_and_bob, 1);
  const log_index event_at{2};
  REQUIRE(await([&] { return node.touches_of(user_id{2}, 1).size() >= 3; }));
  for (const auto& each : node.touches_of(user_id{1}, 1))
    node.answer(each);
  CHECK(node.relayed(ann_and_bob) < event_at);
}

TEST_CASE("a start finds in the log what was not relayed before") {
  machine on;
  {
    relay_fixture node(on, never);
    node.append(ann_and_bob, 1);
    node.append(ann_and_bob, 2);
  }
  relay_fixture node(on, soon);
  CHECK(await([&] { return !node.touches_of(user_id{2}, 2).empty(); }));
  CHECK(await([&] {
    node.answer_all();
    return node.relayed(ann_and_bob) > log_index{2};
  }));
}

TEST_CASE("a shard without news is marked now and then") {
  machine on;
  relay_fixture node(on, soon);
  const auto owner = node.node.spawn_owner();
  for (std::uint64_t i = 1; i <= 300; ++i)
    node.node.ledger->append(shard_id{3}, owner.handle, records_of(inbox_changed(1, i)));
  CHECK(await([&] {
    const auto positions = node.node.log->positions();
    REQUIRE(positions);
    return (*positions)[3].relayed >= log_index{256};
  }));
  CHECK(node.router.touches().empty());
}

} // namespace weft::testing
