// No acknowledgement and no delivery before the commit; who gets what after it.
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

TEST_CASE("a message is acknowledged once it is committed and not before") {
  thread_world there;
  there.start(thread_world::both());
  const auto request = there.send(there.ann_phone, op(1), "hello");
  REQUIRE(there.ledger.waiting() == 1);
  CHECK(there.router.replies(there.ann_phone.session).empty());
  CHECK(there.router.fan_outs().empty());
  CHECK(there.stored_bodies().empty());

  there.commit();
  const auto acks = there.acks(there.ann_phone);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].request == request);
  CHECK(acks[0].thread == there.thread);
  CHECK(acks[0].seq == sequence{1});
  CHECK(acks[0].ordinal == weft::ordinal{1});
  CHECK(acks[0].time.value > 0);
  CHECK_FALSE(acks[0].duplicate);
  CHECK(there.stored_bodies() == std::vector<std::string>{"hello"});
}

TEST_CASE("time alone brings no acknowledgement and no delivery") {
  thread_world there;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  for (int minute = 0; minute < 10; ++minute)
    there.run_after(std::chrono::minutes(1));
  CHECK(there.router.replies(there.ann_phone.session).empty());
  CHECK(there.router.fan_outs().empty());
  CHECK_FALSE(there.has_ended());
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
}

TEST_CASE("after the commit the event goes to all sessions of both but the sender's") {
  thread_world there;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  there.commit();
  const auto pushes = there.router.fan_outs<events_delivered>();
  REQUIRE(pushes.size() == 2);
  CHECK(there.router.fan_outs().size() == 2);
  CHECK(pushes[0].first.user == ann);
  CHECK(pushes[1].first.user == bob);
  for (const auto& [where, push] : pushes) {
    CHECK(where.except == there.ann_phone.session);
    CHECK(push.thread == there.thread);
    REQUIRE(push.events->size() == 1);
    CHECK(push.events->front().seq == sequence{1});
    CHECK(event_of(*push.events->front().bytes).message().body() == "hello");
  }
  // The sending session hears nothing but its acknowledgement.
  CHECK(there.router.replies(there.ann_phone.session).size() == 1);
}

TEST_CASE("commits in portions acknowledge and deliver what they commit") {
  thread_world there;
  there.start(thread_world::both());
  there.post({there.message(there.ann_phone, op(1), "one"),
              there.message(there.ann_phone, op(2), "two"),
              there.message(there.bob_phone, op(1), "three")});
  there.run();
  CHECK(there.ledger.appends() == 1); // One turn, one append.
  REQUIRE(there.ledger.waiting() == 3);

  there.commit(1);
  REQUIRE(there.acks(there.ann_phone).size() == 1);
  CHECK(there.acks(there.bob_phone).empty());
  CHECK(there.router.fan_outs<events_delivered>().size() == 2);

  there.commit();
  REQUIRE(there.acks(there.ann_phone).size() == 2);
  CHECK(there.acks(there.ann_phone)[1].seq == sequence{2});
  REQUIRE(there.acks(there.bob_phone).size() == 1);
  CHECK(there.acks(there.bob_phone)[0].seq == sequence{3});
  CHECK(there.stored_bodies() == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("of a commit with several senders each session misses only its own events") {
  thread_world there;
  there.start(thread_world::both());
  there.post(
      {there.message(there.ann_phone, op(1), "1"), there.message(there.ann_phone, op(2), "2"),
       there.message(there.bob_phone, op(1), "3"), there.message(there.ann_phone, op(3), "4")});
  there.run();
  there.commit();
  // What each session of the two users is sent, in order.
  const auto delivered_to = [&](const sender& whom) {
    std::string out;
    for (const auto& [where, push] : there.router.fan_outs<events_delivered>())
      if (where.user == whom.user && where.except != whom.session)
        for (const auto& event : *push.events)
          out += event_of(*event.bytes).message().body();
    return out;
  };
  CHECK(delivered_to(there.ann_phone) == "3");
  CHECK(delivered_to(there.ann_laptop) == "1234");
  CHECK(delivered_to(there.bob_phone) == "124");
}

TEST_CASE("what a later send sees is decided on top of what is pending") {
  thread_world there;
  there.start_with_one_message();
  there.send(there.ann_phone, op(2), "second");
  there.send(there.bob_phone, op(1), "third");
  REQUIRE(there.ledger.waiting() == 2);
  const auto& last = std::get<storage::event_record>(there.ledger.waiting_record(1));
  CHECK(last.seq == sequence{3});
  CHECK(last.opening.empty());
}

TEST_CASE("a conflict is refused and nothing is written") {
  thread_world there;
  there.start_with_one_message();
  const auto request = there.send(there.ann_phone, op(1), "another body");
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].request == request);
  CHECK(failures[0].why.code == errc::conflict);
  CHECK(failures[0].why.outcome == outcome::nothing_written);
  CHECK(there.ledger.waiting() == 0);
}
