// How a thread ends: lost appends, passivation, and what it holds while it waits.
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const error deposed{errc::unavailable, "another node leads the shard",
                    outcome::unknown_retry_same_id, 50};

} // namespace

TEST_CASE("when appends are lost everyone who waits gets the outcome of the loss") {
  thread_world there;
  there.start_with_one_message();
  const auto first = there.send(there.ann_phone, op(2), "two");
  const auto joined = there.send(there.ann_phone, op(2), "two");
  const auto third = there.send(there.bob_phone, op(1), "three");
  there.lose(deposed);
  const auto ann_failures = there.failures(there.ann_phone);
  REQUIRE(ann_failures.size() == 2);
  CHECK(ann_failures[0].request == first);
  CHECK(ann_failures[1].request == joined);
  REQUIRE(there.failures(there.bob_phone).size() == 1);
  CHECK(there.failures(there.bob_phone)[0].request == third);
  for (const auto& failure :
       {ann_failures[0], ann_failures[1], there.failures(there.bob_phone)[0]}) {
    CHECK(failure.why.code == errc::unavailable);
    CHECK(failure.why.outcome == outcome::unknown_retry_same_id);
    CHECK(failure.why.retry_after_ms == 50);
  }
  CHECK(there.acks(there.ann_phone).empty());
  CHECK(there.router.fan_outs().empty());
  CHECK(there.entry->abandoned);
  CHECK(there.has_ended());
  CHECK(there.stored_bodies() == std::vector<std::string>{"first"});
}

TEST_CASE("what comes after the loss is refused with the outcome of the loss") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(2), "two");
  auto why = deposed;
  SUBCASE("unknown: it may repeat what was lost") {}
  SUBCASE("nothing written") {
    why.outcome = outcome::nothing_written;
  }
  there.ledger.lose(why);
  // Behind the loss in the mailbox: a retry of what was lost.
  auto retry = there.message(there.ann_phone, op(2), "two");
  retry.ref.session = there.ann_laptop.session;
  there.post({retry});
  there.run();
  REQUIRE(there.failures(there.ann_laptop).size() == 1);
  CHECK(there.failures(there.ann_laptop)[0].why.code == errc::unavailable);
  CHECK(there.failures(there.ann_laptop)[0].why.outcome == why.outcome);
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.has_ended());
}

TEST_CASE("a new actor after a loss goes on where the store stands") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(2), "two");
  there.lose(deposed);
  there.router.clear();
  there.start(thread_world::both());
  there.send(there.ann_phone, op(2), "two");
  there.commit();
  REQUIRE(there.acks(there.ann_phone).size() == 1);
  CHECK(there.acks(there.ann_phone)[0].seq == sequence{2});
  CHECK_FALSE(there.acks(there.ann_phone)[0].duplicate);
  CHECK(there.stored_bodies() == std::vector<std::string>{"first", "two"});
}

TEST_CASE("an answer of the store that comes after the loss does not revive the thread") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(9), "nine");
  there.hold(there.reads);
  const auto waits = there.send(there.ann_phone, op(5), "five"); // Is being looked up.
  auto retry = there.message(there.ann_phone, op(9), "nine");    // Waits behind it.
  retry.ref.session = there.ann_laptop.session;
  there.post({retry});
  there.settle();
  // In the mailbox: the loss, the answer, a message. The actor's own end comes behind them.
  there.ledger.lose(deposed);
  there.release();
  there.finish_pools();
  there.post({there.message(there.bob_phone, op(1), "late")});
  there.run();
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].why.outcome == outcome::unknown_retry_same_id);
  CHECK(failures[1].request == waits);
  CHECK(failures[1].why.outcome == outcome::unknown_retry_same_id);
  REQUIRE(there.failures(there.ann_laptop).size() == 1);
  CHECK(there.failures(there.ann_laptop)[0].why.outcome == outcome::unknown_retry_same_id);
  CHECK(there.failures(there.bob_phone).size() == 1);
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.has_ended());
}

TEST_CASE("a thread at rest for long enough leaves memory") {
  thread_world there;
  there.start_with_one_message();
  const auto idle = there.env.limits.idle_after;
  there.run_after(idle / 2);
  CHECK(there.entry->retire_calls == 0);
  there.run_after(idle);
  there.run_after(idle);
  CHECK(there.entry->retired);
  CHECK(there.has_ended());
  CHECK_FALSE(there.entry->abandoned);
}

TEST_CASE("a thread stays while appends are under way") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(2), "two");
  for (int i = 0; i < 5; ++i)
    there.run_after(there.env.limits.idle_after);
  CHECK(there.entry->retire_calls == 0);
  there.commit();
  for (int i = 0; i < 3; ++i)
    there.run_after(there.env.limits.idle_after);
  CHECK(there.has_ended());
}

TEST_CASE("a thread stays while cursors are unwritten") {
  auto bounds = cheap_limits();
  bounds.cursors_every = 10 * bounds.idle_after;
  thread_world there(bounds);
  there.start_with_one_message();
  there.post({report_delivered{there.thread, bob, sequence{1}}});
  for (int i = 0; i < 5; ++i)
    there.run_after(bounds.idle_after);
  CHECK(there.entry->retire_calls == 0);
}

TEST_CASE("a thread stays while messages are under way to it") {
  thread_world there;
  there.start_with_one_message();
  ++there.entry->sent; // The table has sent one more than the actor has seen.
  for (int i = 0; i < 4; ++i)
    there.run_after(there.env.limits.idle_after);
  CHECK(there.entry->retire_calls > 0);
  CHECK_FALSE(there.has_ended());
  --there.entry->sent;
  there.send(there.ann_phone, op(2), "two");
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
}

TEST_CASE("a thread that was used lately stays") {
  thread_world there;
  there.start_with_one_message();
  for (std::uint32_t i = 0; i < 10; ++i) {
    there.run_after(there.env.limits.idle_after / 2);
    there.send(there.ann_phone, op(2 + i), "again");
    there.commit();
  }
  CHECK(there.entry->retire_calls == 0);
  CHECK_FALSE(there.has_ended());
}

TEST_CASE("messages that come while a thread loads wait up to a bound") {
  auto bounds = cheap_limits();
  bounds.stash_inputs_max = 3;
  thread_world there(bounds);
  there.hold(there.reads);
  there.start(thread_world::both());
  for (std::uint32_t n = 1; n <= 5; ++n)
    there.post({there.message(there.ann_phone, op(n), std::to_string(n))});
  there.settle();
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].request == 4);
  CHECK(failures[0].why.code == errc::overloaded);
  CHECK(failures[0].why.outcome == outcome::nothing_written);
  CHECK(failures[0].why.retry_after_ms > 0);
  there.release();
  there.run();
  there.commit();
  CHECK(there.stored_bodies() == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("messages that wait for the peer's check wait up to a bound") {
  auto bounds = cheap_limits();
  bounds.stash_inputs_max = 3;
  thread_world there(bounds);
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_world::both());
  for (std::uint32_t n = 1; n <= 5; ++n)
    there.send(there.ann_phone, op(n), std::to_string(n));
  CHECK(there.failures(there.ann_phone).size() == 2);
  there.peer_answers = thread_world::answers::come;
  there.run();
  there.commit();
  CHECK(there.stored_bodies() == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("a thread that cannot even be read refuses and leaves") {
  thread_world there(cheap_limits(), 1);
  there.hold(there.reads);
  there.fill(there.reads);
  there.start(thread_world::both());
  there.post({there.message(there.ann_phone, op(1), "hello")});
  there.settle();
  REQUIRE(there.failures(there.ann_phone).size() == 1);
  CHECK(there.failures(there.ann_phone)[0].why.outcome == outcome::nothing_written);
  CHECK(there.entry->abandoned);
  CHECK(there.has_ended());
  there.release();
}

TEST_CASE("a thread is read and written while reads of clients fill their lane") {
  thread_world there(cheap_limits(), 1);
  there.start_with_one_message();
  there.hold(there.reads);
  there.fill(there.reads, pool_lane::ordinary);
  there.start(thread_world::both()); // It had left memory.
  there.post({there.message(there.ann_phone, op(2), "two")});
  there.settle();
  CHECK(there.failures(there.ann_phone).empty());
  there.release();
  there.run();
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
  CHECK(there.stored_bodies() == std::vector<std::string>{"first", "two"});
}

TEST_CASE("appends that wait for their commit are bounded") {
  auto bounds = cheap_limits();
  bounds.pending_appends_max = 2;
  thread_world there(bounds);
  there.start_with_one_message();
  for (std::uint32_t n = 2; n <= 4; ++n)
    there.send(there.ann_phone, op(n), std::to_string(n));
  REQUIRE(there.failures(there.ann_phone).size() == 1);
  CHECK(there.failures(there.ann_phone)[0].why.code == errc::overloaded);
  there.commit();
  CHECK(there.stored_bodies() == std::vector<std::string>{"first", "2", "3"});
}
