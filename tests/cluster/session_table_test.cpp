#include "cluster/session_table.hpp"
#include "tests/cluster/await.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

namespace weft::cluster {
namespace {

using actors::session_actor;
using actors::session_notices;

const user_id ann{1};
const device_id phone{{1}};
const device_id laptop{{2}};

/// What one session heard.
struct heard {
  std::atomic<int> notices{0};
  std::atomic<int> ends{0};
  std::atomic<errc> why{errc::none};
};

session_actor::behavior_type listener(session_actor::pointer, heard* into) {
  return {
      [](const actors::session_requests&) {},
      [into](const session_notices& notices) {
        for (const auto& each : notices) {
          ++into->notices;
          if (const auto* end = std::get_if<actors::session_ended>(&each)) {
            into->why = end->why.code;
            ++into->ends;
          }
        }
      },
      [](actors::atom::drained) {},
      [](actors::atom::detached) {},
      [](actors::atom::expired) {},
      [](const actors::continuation& next) { next.run(); },
  };
}

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
  last_seen_book seen;
  registry known{seen};
  presence_cache watched{node_no{1}, 4, {}};
  session_table table{node_no{1}, node_incarnation{1}, known, watched};
  std::vector<session_actor> spawned;

  ~fixture() {
    for (const auto& each : spawned)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  }

  session_address open(heard& into) {
    spawned.push_back(system.spawn(listener, &into));
    const auto where = table.reserve();
    table.attach(where, spawned.back());
    return where;
  }

  std::size_t sessions_of(user_id user) const {
    std::size_t out = 0;
    known.for_each_session(user, [&](const session_address&) { ++out; });
    return out;
  }
};

} // namespace

TEST_CASE("replies reach a session once it is attached, pushes once it is announced") {
  fixture node;
  heard phone_heard;
  const auto where = node.open(phone_heard);
  node.table.deliver(where.session, {actors::user_found{}});
  CHECK(testing::await([&] { return phone_heard.notices == 1; }));
  CHECK(node.sessions_of(ann) == 0);
  node.table.announce(where, ann, phone);
  CHECK(node.sessions_of(ann) == 1);
  CHECK(node.table.size() == 1);
}

TEST_CASE("addresses of sessions are never used twice") {
  fixture node;
  CHECK(node.table.reserve() != node.table.reserve());
}

TEST_CASE("a newer session fences the older one of the same device and no other") {
  fixture node;
  heard first;
  heard second;
  heard other;
  const auto older = node.open(first);
  const auto beside = node.open(other);
  const auto newer = node.open(second);
  node.table.announce(older, ann, phone);
  node.table.announce(beside, ann, laptop);
  node.table.announce(newer, ann, phone);
  CHECK(testing::await([&] { return first.ends == 1; }));
  CHECK(first.why == errc::fenced);
  node.table.withdraw(older);
  CHECK(node.sessions_of(ann) == 2);
  CHECK(second.ends == 0);
  CHECK(other.ends == 0);
}

TEST_CASE("the oldest of too many devices is told so, and is not fenced") {
  fixture node;
  std::array<heard, sessions_of_user_max + 1> devices;
  for (std::size_t i = 0; i < devices.size(); ++i)
    node.table.announce(node.open(devices[i]), ann, device_id{{static_cast<std::uint8_t>(i)}});
  CHECK(testing::await([&] { return devices[0].ends == 1; }));
  CHECK(devices[0].why == errc::overloaded);
  CHECK(devices[1].ends == 0);
  CHECK(node.sessions_of(ann) == sessions_of_user_max);
}

TEST_CASE("an ended session cannot be announced") {
  fixture node;
  heard phone_heard;
  const auto where = node.open(phone_heard);
  node.table.withdraw(where);
  node.table.withdraw(where);
  node.table.announce(where, ann, phone);
  CHECK(node.sessions_of(ann) == 0);
  CHECK(node.table.size() == 0);
  node.table.deliver(where.session, {actors::user_found{}});
}

TEST_CASE("when the node stops every session is told, and whoever comes late as well") {
  fixture node;
  heard first;
  heard late;
  const auto where = node.open(first);
  node.table.announce(where, ann, phone);
  node.table.end_all({errc::unavailable, "stopping"});
  CHECK(testing::await([&] { return first.ends == 1; }));
  CHECK_FALSE(node.table.wait_until_empty(std::chrono::milliseconds(1)));
  const auto too_late = node.open(late);
  CHECK(testing::await([&] { return late.ends == 1; }));
  node.table.withdraw(too_late);
  node.table.withdraw(where);
  CHECK(node.table.wait_until_empty(std::chrono::milliseconds(1)));
}

TEST_CASE("sessions that do not end can be taken out") {
  fixture node;
  heard deaf;
  node.table.announce(node.open(deaf), ann, phone);
  CHECK(node.table.take_all().size() == 1);
  CHECK(node.table.size() == 0);
  CHECK(node.sessions_of(ann) == 0);
}

} // namespace weft::cluster
