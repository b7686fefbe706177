#include "cluster/registry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

namespace weft::cluster {
namespace {

constexpr node_no here{1};
constexpr node_no there{2};
const user_id ann{0x1234'0000'0000'0001};

device_id device(std::uint8_t number) {
  device_id out;
  out.bytes[15] = number;
  return out;
}

registration session(user_id user, std::uint8_t of_device, std::uint64_t number,
                     node_no node = here, std::uint64_t incarnation = 1) {
  return {user,
          device(of_device),
          {node, session_no{number}},
          node_incarnation{incarnation},
          session_generation{number}};
}

std::vector<std::uint64_t> sessions_of(const registry& in, user_id user) {
  std::vector<std::uint64_t> out;
  in.for_each_session(user, [&](const session_address& at) { out.push_back(at.session.value); });
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

TEST_CASE("the registry knows every session of a user") {
  last_seen_book seen;
  registry known(seen);
  CHECK(sessions_of(known, ann).empty());
  for (std::uint8_t i = 1; i <= 6; ++i)
    CHECK_FALSE(known.announce(session(ann, i, i)));
  CHECK_FALSE(known.announce(session(user_id{99}, 1, 50)));
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
  known.withdraw(ann, {here, session_no{3}});
  known.withdraw(ann, {here, session_no{77}});
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{1, 2, 4, 5, 6});
  CHECK(known.size() == 6);
}

TEST_CASE("a newer session of a device takes the place of the older one") {
  last_seen_book seen;
  registry known(seen);
  known.announce(session(ann, 1, 5));
  const auto replaced = known.announce(session(ann, 1, 8, there));
  REQUIRE(replaced);
  CHECK(replaced->where == session_address{here, session_no{5}});
  CHECK(replaced->why == displaced_session::reason::newer_of_device);
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{8});
  // The older one withdraws late: the newer one stays.
  known.withdraw(ann, {here, session_no{5}});
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{8});
}

TEST_CASE("a session that is announced late does not fence a newer one") {
  last_seen_book seen;
  registry known(seen);
  known.announce(session(ann, 1, 8));
  const auto replaced = known.announce(session(ann, 1, 5));
  REQUIRE(replaced);
  CHECK(replaced->where == session_address{here, session_no{5}});
  CHECK(replaced->why == displaced_session::reason::newer_of_device);
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{8});
}

TEST_CASE("announcing a session again changes nothing") {
  last_seen_book seen;
  registry known(seen);
  known.announce(session(ann, 1, 5));
  CHECK_FALSE(known.announce(session(ann, 1, 5)));
  CHECK(known.size() == 1);
}

TEST_CASE("a node that lives anew has none of its earlier sessions, and cannot get them back") {
  last_seen_book seen;
  registry known(seen);
  known.begin_incarnation(here, node_incarnation{1});
  known.announce(session(ann, 1, 5));
  known.announce(session(ann, 2, 6, there));
  known.begin_incarnation(here, node_incarnation{2});
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{6});
  CHECK(known.announce(session(ann, 3, 7, here, 1)));
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{6});
  known.begin_incarnation(here, node_incarnation{1});
  CHECK_FALSE(known.announce(session(ann, 3, 9, here, 2)));
  CHECK(sessions_of(known, ann) == std::vector<std::uint64_t>{6, 9});
  CHECK(known.size() == 2);
}

TEST_CASE("a user that has too many sessions loses the oldest") {
  last_seen_book seen;
  registry known(seen);
  for (std::uint64_t i = 0; i < sessions_of_user_max; ++i)
    CHECK_FALSE(known.announce(session(ann, static_cast<std::uint8_t>(i), 10 + i)));
  const auto replaced = known.announce(session(ann, 200, 500));
  REQUIRE(replaced);
  CHECK(replaced->where.session == session_no{10});
  CHECK(replaced->why == displaced_session::reason::too_many_of_user);
  CHECK(known.size() == sessions_of_user_max);
}

TEST_CASE("sessions come and go from many threads") {
  last_seen_book seen;
  registry known(seen);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&known, t] {
      for (std::uint64_t i = 1; i <= 5'000; ++i) {
        const user_id user{1 + i % 50};
        const auto number = t * 100'000 + i;
        known.announce(session(user, static_cast<std::uint8_t>(t + 1), number));
        known.for_each_session(user, [](const session_address&) {});
        known.withdraw(user, {here, session_no{number}});
      }
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(known.size() == 0);
}

TEST_CASE("a user has a session until the last one is withdrawn, and was seen then") {
  last_seen_book seen;
  registry known(seen);
  CHECK_FALSE(known.has_session(ann));
  known.announce(session(ann, 1, 1));
  known.announce(session(ann, 2, 2));
  CHECK(seen.take().size() == 1);
  known.withdraw(ann, {here, session_no{1}});
  CHECK(known.has_session(ann));
  known.withdraw(ann, {here, session_no{2}});
  CHECK_FALSE(known.has_session(ann));
  const auto left = seen.take();
  REQUIRE(left.size() == 1);
  CHECK(left[0].first == ann);
  // A device that comes back in time has never been away.
  known.announce(session(ann, 1, 3));
  known.announce(session(ann, 1, 4));
  CHECK(known.has_session(ann));
  seen.take();
  known.note_everybody_seen();
  CHECK(seen.take().size() == 1);
}

} // namespace weft::cluster
