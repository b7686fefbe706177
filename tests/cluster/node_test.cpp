#include "cluster/node.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/test_client.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/actor_system_config.hpp>

#include <algorithm>

namespace weft::testing {
namespace {

using cluster::node;
using cluster::node_state;

constexpr std::chrono::milliseconds never{std::chrono::hours(24)};

/// A directory and an actor system; nodes are opened on it one after the other.
struct machine {
  temporary_directory directory;
  std::shared_ptr<power_loss_file_system> disk =
      std::make_shared<power_loss_file_system>(directory.path());
  caf::actor_system_config config;
  caf::actor_system system{config};

  std::unique_ptr<node> open(std::chrono::milliseconds touch_every = std::chrono::milliseconds(5)) {
    auto opened = node::open(system, options(touch_every));
    REQUIRE_MESSAGE(opened, to_string(opened ? error{} : opened.failure()));
    return *std::move(opened);
  }

  cluster::node_options options(std::chrono::milliseconds touch_every) const {
    cluster::node_options out;
    out.store.directory = directory.path() / "store";
    out.store.file_system = disk;
    out.name = "test";
    out.domain.limits.touch_every = touch_every;
    // Cheap hashes: these tests are not about them.
    out.domain.limits.password_memory_kib = 64;
    out.domain.limits.password_passes = 1;
    return out;
  }
};

/// Ann and Bob, registered and connected.
struct two_users {
  two_users(machine& on, node& at)
      : ann(on.system, at, test_client::new_account("ann")),
        bob(on.system, at, test_client::new_account("bob")),
        ann_id(ann.next<actors::signed_in>().user), bob_id(bob.next<actors::signed_in>().user) {}

  test_client ann;
  test_client bob;
  user_id ann_id;
  user_id bob_id;
};

bool inbox_reaches(test_client& client, std::uint64_t seq) {
  return await([&] {
    const auto page = client.inbox();
    return page.rows.size() == 1 && page.rows[0].row.last_seq() == seq;
  });
}

} // namespace

TEST_CASE("a new node leads every shard and says so") {
  machine on;
  const auto alone = on.open();
  const auto status = alone->status();
  CHECK(status.state == node_state::serving);
  CHECK(status.name == "test");
  CHECK(status.number == cluster::node_no{1});
  CHECK(status.under_replicated == 0);
  REQUIRE(status.shards.size() == storage::shard_count_default);
  for (const auto& shard : status.shards) {
    REQUIRE(shard.assignment.leader == status.number);
    REQUIRE(shard.assignment.epoch == epoch{1});
    REQUIRE(shard.committed == log_index{1});
    REQUIRE(shard.last == log_index{1});
  }
}

TEST_CASE("users register, talk, and find everything after a restart") {
  machine on;
  user_id bob_id;
  {
    const auto alone = on.open();
    two_users users(on, *alone);
    bob_id = users.bob_id;
    CHECK(alone->status().sessions == 2);
    const auto acked = users.ann.send(users.bob_id, "hello");
    CHECK(acked.seq == sequence{1});
    const auto got = users.bob.next<actors::events_delivered>();
    CHECK(got.thread == acked.thread);
    CHECK(got.events->size() == 1);
    CHECK(users.ann.send(users.bob_id, "again").seq == sequence{2});
    CHECK(inbox_reaches(users.bob, 2));
    CHECK(alone->status().threads_active == 1);
  }
  const auto again = on.open();
  test_client ann(on.system, *again, test_client::account("ann"));
  ann.next<actors::signed_in>();
  CHECK(inbox_reaches(ann, 2));
  CHECK(ann.send(bob_id, "third").seq == sequence{3});
  const auto status = again->status();
  CHECK(status.shards[0].assignment.epoch == epoch{2});
}

TEST_CASE("the first message of a thread reaches the inboxes at once") {
  machine on;
  const auto alone = on.open(never);
  two_users users(on, *alone);
  users.ann.send(users.bob_id, "hello");
  CHECK(inbox_reaches(users.bob, 1));
  CHECK(inbox_reaches(users.ann, 1));
}

TEST_CASE("news that were not relayed before a stop reach the inboxes after the start") {
  machine on;
  {
    const auto alone = on.open(never);
    two_users users(on, *alone);
    users.ann.send(users.bob_id, "one");
    CHECK(inbox_reaches(users.bob, 1));
    users.ann.send(users.bob_id, "two");
  }
  const auto again = on.open();
  test_client bob(on.system, *again, test_client::account("bob"));
  bob.next<actors::signed_in>();
  CHECK(inbox_reaches(bob, 2));
}

TEST_CASE("a stopping node ends its sessions and commits nothing more") {
  machine on;
  const auto alone = on.open();
  two_users users(on, *alone);
  users.ann.send(users.bob_id, "hello");
  alone->stop();
  CHECK(users.ann.next<actors::session_ended>().why.code == errc::unavailable);
  CHECK(users.bob.next<actors::session_ended>().why.code == errc::unavailable);
  const auto status = alone->status();
  CHECK(status.state == node_state::stopping);
  CHECK(status.sessions == 0);
  CHECK(status.threads_active == 0);
  CHECK(status.users_active == 0);
  const auto appended = status.appended;
  alone->stop();
  CHECK(alone->status().appended == appended);
}

TEST_CASE("after an orderly stop there is nothing to replay") {
  machine on;
  {
    const auto alone = on.open();
    two_users users(on, *alone);
    users.ann.send(users.bob_id, "hello");
  }
  storage::store_options options;
  options.directory = on.directory.path() / "store";
  const auto store = storage::store::open(options);
  REQUIRE(store);
  const auto positions = storage::shard_log(**store).positions();
  REQUIRE(positions);
  for (const auto& at : *positions)
    CHECK(at.applied == at.last);
}

TEST_CASE("a directory serves one node at a time") {
  machine on;
  const auto alone = on.open();
  const auto second = node::open(on.system, on.options(never));
  REQUIRE_FALSE(second);
  CHECK(second.failure().code == errc::locked);
}

TEST_CASE("a node on a full disk serves reads, and writes once there is room") {
  machine on;
  {
    const auto alone = on.open();
    two_users users(on, *alone);
    users.ann.send(users.bob_id, "hello");
    CHECK(inbox_reaches(users.bob, 1));
  }
  on.disk->report_free_bytes(0);
  const auto full = on.open();
  CHECK(full->status().state == node_state::read_only);
  test_client refused(on.system, *full, test_client::account("ann"));
  const auto why = refused.next<actors::request_failed>().why;
  CHECK(why.code == errc::read_only);
  CHECK(why.outcome == outcome::nothing_written);

  const auto before = full->status().shards;
  on.disk->report_free_bytes(std::uint64_t{1} << 40);
  CHECK(await([&] {
    const auto now = full->status().shards;
    return std::equal(now.begin(), now.end(), before.begin(),
                      [](const auto& a, const auto& b) { return a.committed > b.committed; });
  }));
  CHECK(full->status().state == node_state::serving);
  test_client ann(on.system, *full, test_client::account("ann"));
  ann.next<actors::signed_in>();
  CHECK(inbox_reaches(ann, 1));
}

TEST_CASE("a node whose disk fails says that it writes no more, and reads on") {
  machine on;
  // Nothing but the message is written: no relay appends beside it.
  const auto alone = on.open(never);
  two_users users(on, *alone);
  const auto before = alone->status().appended;
  users.ann.send(users.bob_id, "hello");
  CHECK(inbox_reaches(users.bob, 1));
  CHECK(inbox_reaches(users.ann, 1));
  // The event and two inboxes are all that was on its way to the disk: what fails next is the
  // message below.
  CHECK(await([&] { return alone->status().appended == before + 3; }));
  on.disk->fail_syncs();
  actors::send_request request;
  request.request = 9;
  request.op = test_client::new_operation();
  request.peer = users.bob_id;
  request.body = "lost";
  users.ann.ask(request);
  CHECK(users.ann.next<actors::request_failed>().why.outcome == outcome::unknown_retry_same_id);
  CHECK(await([&] { return alone->status().state == node_state::read_only; }));
  users.ann.ask(request);
  const auto again = users.ann.next<actors::request_failed>();
  CHECK(again.why.code == errc::read_only);
  // The first try may be found when the node is restarted: nobody may say that nothing was written.
  CHECK(again.why.outcome == outcome::unknown_retry_same_id);
  CHECK(inbox_reaches(users.bob, 1));
}

} // namespace weft::testing
