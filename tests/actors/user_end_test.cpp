// How a user ends: lost appends, passivation, and what it holds while it waits.
#include "tests/actors/user_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const error deposed{errc::unavailable, "another node leads the shard",
                    outcome::unknown_retry_same_id, 50};

} // namespace

TEST_CASE("when changes are lost readers get the outcome of the loss and touches no answer") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3), there.read_of(bob, 2, 8)});
  there.settle();
  there.ledger.lose(deposed);
  there.post({there.read_of(bob, 3, 9), there.touch_of(bob, 4)});
  there.settle();
  const auto failures = there.router.replies<request_failed>(user_world::phone);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].request == 8);
  CHECK(failures[0].why.outcome == outcome::unknown_retry_same_id);
  CHECK(failures[1].request == 9);
  CHECK(failures[1].why.outcome == outcome::unknown_retry_same_id); // It may repeat the first.
  CHECK(there.router.relayed().empty());
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.entry->abandoned);
  CHECK(there.has_ended());
}

TEST_CASE("read cursors that are committed are copied even when later changes are lost") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 9), there.read_of(bob, 7, 1)});
  there.settle();
  there.commit();
  there.post({there.touch_of(bob, 10)});
  there.settle();
  there.ledger.lose(deposed);
  there.settle();
  REQUIRE(there.has_ended());
  const auto copies = there.router.take_thread_messages();
  REQUIRE(copies.size() == 1);
  CHECK(std::get<copy_read>(copies[0].second.at(0)).seq == sequence{7});
}

TEST_CASE("rows that come after the loss do not revive the user") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  there.hold(there.reads);
  there.post({there.read_of(eve, 1, 8)}); // Its row is being read.
  there.settle();
  there.ledger.lose(deposed);
  there.release();
  there.finish_pools();
  there.post({there.touch_of(bob, 4)});
  there.settle();
  CHECK(there.ledger.waiting() == 0);
  REQUIRE(there.router.replies<request_failed>(user_world::phone).size() == 1);
  CHECK(there.router.replies<request_failed>(user_world::phone)[0].why.outcome ==
        outcome::unknown_retry_same_id);
  CHECK(there.has_ended());
}

TEST_CASE("a full pool refuses what needs a row and what is under way goes on") {
  user_world there(cheap_limits(), 1);
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  REQUIRE(there.ledger.waiting() == 1);
  there.hold(there.reads);
  there.fill(there.reads);
  there.post({there.read_of(eve, 1, 8)});
  there.settle();
  REQUIRE(there.router.replies<request_failed>(user_world::phone).size() == 1);
  CHECK(there.router.replies<request_failed>(user_world::phone)[0].why.code == errc::overloaded);
  CHECK_FALSE(there.entry->abandoned);
  there.release();
  there.commit();
  CHECK(there.router.relayed().size() == 1);
  there.post({there.touch_of(bob, 4), there.touch_of(eve, 1)});
  there.settle();
  there.commit();
  CHECK(there.stored_row(bob)->last_seq() == 4);
  CHECK(there.stored_row(bob)->version() > 1);
  CHECK(there.stored_row(eve)->last_seq() == 1);
}

TEST_CASE("inputs that come while a user loads wait up to a bound") {
  auto bounds = cheap_limits();
  bounds.stash_inputs_max = 3;
  user_world there(bounds);
  there.hold(there.reads);
  there.start();
  for (std::uint64_t seq = 1; seq <= 5; ++seq)
    there.post({there.read_of(bob, seq, seq)});
  there.settle();
  const auto failures = there.router.replies<request_failed>(user_world::phone);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].request == 4);
  CHECK(failures[0].why.code == errc::overloaded);
  there.release();
  there.settle();
  there.commit();
  CHECK(there.router.replies<read_marked>(user_world::phone).size() == 3);
}

TEST_CASE("a user at rest for long enough leaves memory and not before") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  const auto idle = there.env.limits.idle_after;
  for (int i = 0; i < 3; ++i)
    there.advance(idle);
  CHECK(there.entry->retire_calls == 0); // A change is under way.
  there.commit();
  there.advance(idle);
  CHECK(there.entry->retired);
  CHECK(there.has_ended());
}

TEST_CASE("a user stays while messages are under way to it") {
  user_world there;
  there.start();
  there.settle();
  ++there.entry->sent;
  for (int i = 0; i < 3; ++i)
    there.advance(there.env.limits.idle_after);
  CHECK(there.entry->retire_calls > 0);
  CHECK_FALSE(there.has_ended());
}
