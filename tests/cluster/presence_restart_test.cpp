// Who is told what when a node starts again.
#include "tests/cluster/presence_world.hpp"

#include <algorithm>

namespace weft::testing {

TEST_CASE("after a restart who is not back is unknown, then away, since he was last seen") {
  ann_knows_bob at;
  {
    device_of_user of_bob(at.on, *at.node, bob);
    at.node.reset();
  }
  const auto stopped = actors::wall_clock();
  time_ms last_seen;
  {
    at.node = at.on.open(never);
    device_of_user phone(at.on, *at.node, ann);
    heartbeats beats{*at.node, ann};
    CHECK(beats.await_state(bob, presence_state::unknown));
    last_seen = beats.known[bob].last_seen;
    CHECK(last_seen > time_ms{});
    CHECK(last_seen <= stopped);
    CHECK(look_up(phone, bob) == beats.known[bob]);
    at.node.reset();
  }
  at.node = at.on.open(at_once);
  device_of_user phone(at.on, *at.node, ann);
  heartbeats beats{*at.node, ann};
  CHECK(beats.await_state(bob, presence_state::offline));
  CHECK(beats.known[bob].last_seen == last_seen);
}

TEST_CASE("a thousand users come back after a restart, and none seems to have gone") {
  presence_machine on;
  std::vector<user_id> crowd;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    crowd.push_back(named("user" + std::to_string(i), i + 100));
  auto node = on.open(never);
  {
    people accounts(*node);
    accounts.add(ann, "ann");
    for (const auto user : crowd) {
      accounts.add(user, "user" + std::to_string(user.value));
      accounts.set_contact(ann, user, true, false);
    }
    for (const auto user : crowd)
      accounts.set_audience(user, audience::everybody);
    REQUIRE(accounts.have_stored(ann));
    for (const auto user : crowd)
      REQUIRE(await([&] {
        const auto device =
            storage::account_reader(node->domain().store).device(user, people::device_of(user));
        return device && *device;
      }));
  }
  std::vector<std::unique_ptr<device_of_user>> devices;
  const auto come = [&](user_id user) {
    devices.push_back(std::make_unique<device_of_user>(on, *node, user));
  };
  const auto count = [&](const heartbeats& beats, presence_state state) {
    return std::count_if(beats.known.begin(), beats.known.end(),
                         [&](const auto& each) { return each.second.state == state; });
  };
  const auto all_online = [&](heartbeats& beats) {
    return await([&] {
      beats.beat();
      return count(beats, presence_state::online) == static_cast<std::ptrdiff_t>(crowd.size());
    });
  };
  come(ann);
  std::for_each(crowd.begin(), crowd.end(), come);
  heartbeats before{*node, ann};
  CHECK(all_online(before));

  node.reset();
  devices.clear();
  node = on.open(never);
  come(ann);
  heartbeats beats{*node, ann};
  // Half of them come back before the first is told, the others while they are being told.
  const auto half = crowd.begin() + static_cast<std::ptrdiff_t>(crowd.size() / 2);
  std::for_each(crowd.begin(), half, come);
  CHECK(await([&] {
    beats.beat();
    return beats.known.size() == crowd.size();
  }));
  std::for_each(half, crowd.end(), [&](user_id user) {
    come(user);
    beats.beat();
  });
  CHECK(all_online(beats));
  std::size_t unknown_first = 0;
  for (const auto& [user, states] : beats.told) {
    CHECK(std::count(states.begin(), states.end(), presence_state::offline) == 0);
    CHECK(states.back() == presence_state::online);
    unknown_first += states.front() == presence_state::unknown ? 1 : 0;
  }
  CHECK(unknown_first > 0);
  MESSAGE("1000 users through a restart: ", count(beats, presence_state::online), " online again, ",
          unknown_first, " shown as unknown first, 0 as offline");
}

} // namespace weft::testing
