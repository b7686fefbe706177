// A retry never appends twice.
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

using bodies = std::vector<std::string>;

} // namespace

TEST_CASE("a retry while the first is pending joins it and both are acknowledged") {
  thread_world there;
  there.start(thread_world::both());
  const auto first = there.send(there.ann_phone, op(1), "hello");
  const auto second = there.send(there.ann_phone, op(1), "hello");
  CHECK(there.ledger.waiting() == 1);
  CHECK(there.router.replies(there.ann_phone.session).empty());
  there.commit();
  const auto acks = there.acks(there.ann_phone);
  REQUIRE(acks.size() == 2);
  CHECK(acks[0].request == first);
  CHECK_FALSE(acks[0].duplicate);
  CHECK(acks[1].request == second);
  CHECK(acks[1].duplicate);
  CHECK(acks[1].seq == acks[0].seq);
  CHECK(there.stored_bodies() == bodies{"hello"});
}

TEST_CASE("a retry through a new session is acknowledged there") {
  thread_world there;
  there.start(thread_world::both());
  auto reconnected = there.ann_phone;
  reconnected.session.session = session_no{77};
  there.send(there.ann_phone, op(1), "hello");
  there.send(reconnected, op(1), "hello");
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
  REQUIRE(there.acks(reconnected).size() == 1);
  CHECK(there.acks(reconnected)[0].duplicate);
}

TEST_CASE("a retry after the commit gets the original place at once") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(2), "second");
  there.commit();
  there.router.clear();
  there.send(there.ann_phone, op(1), "first");
  const auto acks = there.acks(there.ann_phone);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].seq == sequence{1});
  CHECK(acks[0].ordinal == weft::ordinal{1});
  CHECK(acks[0].duplicate);
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.router.fan_outs().empty());
}

TEST_CASE("a retry at a new actor on the same store gets the original place") {
  thread_world there;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(5), "five");
  there.send(there.ann_phone, op(6), "six");
  there.send(there.bob_phone, op(5), "five of bob");
  there.commit();
  const auto original = there.acks(there.ann_phone)[0];
  there.router.clear();

  there.start(thread_world::both());
  there.send(there.ann_phone, op(5), "five");
  const auto acks = there.acks(there.ann_phone);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].seq == original.seq);
  CHECK(acks[0].ordinal == original.ordinal);
  CHECK(acks[0].time == original.time);
  CHECK(acks[0].duplicate);
  CHECK(there.ledger.waiting() == 0);

  SUBCASE("with another body it is a conflict") {
    there.send(there.ann_phone, op(6), "seven");
    REQUIRE(there.failures(there.ann_phone).size() == 1);
    CHECK(there.failures(there.ann_phone)[0].why.code == errc::conflict);
    CHECK(there.ledger.waiting() == 0);
  }
  SUBCASE("an id below the newest one of the device that was never used is appended") {
    there.send(there.ann_phone, op(4), "four");
    REQUIRE(there.ledger.waiting() == 1);
    there.commit();
    CHECK(there.acks(there.ann_phone).back().seq == sequence{4});
    CHECK_FALSE(there.acks(there.ann_phone).back().duplicate);
    CHECK(there.stored_bodies() == bodies{"five", "six", "five of bob", "four"});
  }
  SUBCASE("the next message follows what the store has") {
    there.send(there.bob_phone, op(6), "next");
    there.commit();
    REQUIRE(there.acks(there.bob_phone).size() == 1);
    CHECK(there.acks(there.bob_phone)[0].seq == sequence{4});
  }
}

TEST_CASE("retries at a new actor that come in one turn with new messages append only those") {
  thread_world there;
  there.start(thread_world::both());
  for (std::uint32_t n = 1; n <= 3; ++n)
    there.send(there.ann_phone, op(n), std::to_string(n));
  there.commit();
  there.router.clear();
  there.start(thread_world::both());
  thread_inputs inputs;
  for (std::uint32_t n = 1; n <= 5; ++n)
    inputs.push_back(there.message(there.ann_phone, op(n), std::to_string(n)));
  there.post(std::move(inputs));
  there.run();
  CHECK(there.ledger.waiting() == 2);
  there.commit();
  const auto acks = there.acks(there.ann_phone);
  REQUIRE(acks.size() == 5);
  for (std::uint64_t i = 0; i < 5; ++i) {
    CHECK(acks[i].seq == sequence{i + 1});
    CHECK(acks[i].duplicate == (i < 3));
  }
  CHECK(there.stored_bodies() == bodies{"1", "2", "3", "4", "5"});
}

TEST_CASE("a retry that memory has forgotten is found in the store") {
  auto bounds = cheap_limits();
  bounds.remembered_operations_max = 2;
  thread_world there(bounds);
  there.start(thread_world::both());
  for (std::uint32_t n = 1; n <= 10; ++n) {
    // Many devices, so that their newest ids are forgotten too.
    there.send(sender_no(ann, "ann", static_cast<std::uint8_t>(10 + n)), op(n), std::to_string(n));
    there.commit();
  }
  for (std::uint32_t n = 1; n <= 10; ++n) {
    const auto again = sender_no(ann, "ann", static_cast<std::uint8_t>(10 + n));
    there.send(again, op(n), std::to_string(n));
    CHECK(there.ledger.waiting() == 0);
    REQUIRE(there.acks(again).size() == 2);
    CHECK(there.acks(again)[1].seq == there.acks(again)[0].seq);
    CHECK(there.acks(again)[1].duplicate);
  }
  CHECK(there.stored_bodies().size() == 10);
}

TEST_CASE("a retry whose look-up finds the pool full is refused and what is pending goes on") {
  thread_world there(cheap_limits(), 1);
  there.start(thread_world::both());
  there.send(there.ann_phone, op(5), "five");
  REQUIRE(there.ledger.waiting() == 1);
  there.hold(there.reads);
  there.fill(there.reads);
  // An id below the newest of the device: only the store knows.
  there.post({there.message(there.ann_phone, op(6), "six"),
              there.message(there.ann_phone, op(4), "four"),
              there.message(there.ann_phone, op(7), "seven")});
  there.settle();
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].why.code == errc::overloaded);
  CHECK(failures[0].why.outcome == outcome::nothing_written);
  there.release();
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 3);
  CHECK_FALSE(there.entry->abandoned);
  CHECK(there.stored_bodies() == bodies{"five", "six", "seven"});
  there.send(there.ann_phone, op(4), "four");
  there.commit();
  CHECK(there.stored_bodies() == bodies{"five", "six", "seven", "four"});
}
