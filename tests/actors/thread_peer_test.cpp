// Who may write where, and the first message of a thread.
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

void check_same(const error& a, const error& b) {
  CHECK(a.code == b.code);
  CHECK(a.message == b.message);
  CHECK(a.outcome == b.outcome);
  CHECK(a.retry_after_ms == b.retry_after_ms);
}

} // namespace

TEST_CASE("the first message of a thread opens it with both names") {
  thread_world there;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  REQUIRE(there.ledger.waiting() == 1);
  const auto& record = std::get<storage::event_record>(there.ledger.waiting_record(0));
  REQUIRE(record.opening.size() == 2);
  CHECK(record.opening[0].user() == ann.value);
  CHECK(record.opening[0].name() == "ann");
  CHECK(record.opening[1].user() == bob.value);
  CHECK(record.opening[1].name() == "bob");
}

TEST_CASE("a message to a user who does not exist is not found and nothing is written") {
  thread_world there;
  there.start(thread_id::direct(ann, eve));
  const auto request = there.send(there.ann_phone, op(1), "hello?");
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].request == request);
  CHECK(failures[0].why.code == errc::not_found);
  CHECK(failures[0].why.outcome == outcome::nothing_written);
  CHECK(there.ledger.appends() == 0);
  // Nothing of it stays in memory.
  CHECK(there.entry->retired);
  CHECK(there.has_ended());

  SUBCASE("once the user exists the same operation is appended") {
    there.add_account(eve, "eve");
    there.start(thread_id::direct(ann, eve));
    there.send(there.ann_phone, op(1), "hello?");
    there.commit();
    REQUIRE(there.acks(there.ann_phone).size() == 1);
    CHECK_FALSE(there.acks(there.ann_phone)[0].duplicate);
  }
}

TEST_CASE("everyone who waits for a user who does not exist is told") {
  thread_world there;
  there.start(thread_id::direct(ann, eve));
  there.post({there.message(there.ann_phone, op(1), "one"),
              there.message(there.ann_phone, op(2), "two"),
              there.message(there.ann_laptop, op(3), "three")});
  there.run();
  CHECK(there.failures(there.ann_phone).size() == 2);
  CHECK(there.failures(there.ann_laptop).size() == 1);
  CHECK(there.ledger.appends() == 0);
}

TEST_CASE("a stranger's message to a thread of others fails like one to a thread that is not") {
  thread_world there;
  there.add_account(eve, "eve");
  there.start_with_one_message();
  there.send(there.eve_phone, op(1), "let me in");
  REQUIRE(there.failures(there.eve_phone).size() == 1);
  const auto to_existing = there.failures(there.eve_phone)[0].why;
  CHECK(to_existing.code == errc::not_found);
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.router.fan_outs().empty());

  there.router.clear();
  there.start(thread_id::direct(ann, user_id{0x4444}));
  there.send(there.eve_phone, op(1), "let me in");
  REQUIRE(there.failures(there.eve_phone).size() == 1);
  check_same(there.failures(there.eve_phone)[0].why, to_existing);

  // And like a message to somebody who does not exist.
  there.start(thread_id::direct(ann, user_id{0x4444}));
  there.send(there.ann_phone, op(9), "anybody?");
  REQUIRE(there.failures(there.ann_phone).size() == 1);
  check_same(there.failures(there.ann_phone)[0].why, to_existing);
}

TEST_CASE("a group's id with a user's number in it opens no direct thread") {
  thread_world there;
  auto group = thread_world::both();
  group.type = thread_id::kind::group;
  there.start(group);
  there.send(there.ann_phone, op(1), "hello");
  REQUIRE(there.failures(there.ann_phone).size() == 1);
  CHECK(there.failures(there.ann_phone)[0].why.code == errc::not_found);
  CHECK(there.ledger.appends() == 0);
}

TEST_CASE("both sides that write at once get one thread") {
  thread_world there;
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "from ann");
  there.send(there.bob_phone, op(1), "from bob");
  CHECK(there.ledger.appends() == 0);
  there.peer_answers = thread_world::answers::come;
  there.run();
  REQUIRE(there.ledger.waiting() == 2);
  CHECK(std::get<storage::event_record>(there.ledger.waiting_record(0)).opening.size() == 2);
  CHECK(std::get<storage::event_record>(there.ledger.waiting_record(1)).opening.empty());
  there.commit();
  REQUIRE(there.acks(there.ann_phone).size() == 1);
  REQUIRE(there.acks(there.bob_phone).size() == 1);
  CHECK(there.acks(there.ann_phone)[0].seq == sequence{1});
  CHECK(there.acks(there.bob_phone)[0].seq == sequence{2});
  CHECK(there.stored_bodies() == std::vector<std::string>{"from ann", "from bob"});
}

TEST_CASE("a question about the peer that gets lost is asked again") {
  thread_world there;
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  CHECK(there.router.take_reads().size() == 1); // And lost.
  there.run_after(std::chrono::milliseconds(500));
  CHECK(there.router.take_reads().empty());
  there.run_after(std::chrono::milliseconds(600));
  CHECK(there.router.take_reads().size() == 1); // Lost as well.
  there.peer_answers = thread_world::answers::come;
  there.run_after(std::chrono::seconds(1));
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
  there.run_after(std::chrono::seconds(5));
  CHECK(there.router.take_reads().empty());
}

TEST_CASE("a question about the peer that stays without an answer is given up after a while") {
  thread_world there;
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  there.run_after(there.env.limits.peer_check_within / 2);
  there.send(there.bob_phone, op(1), "anybody?");
  CHECK(there.failures(there.ann_phone).empty());
  there.run_after(there.env.limits.peer_check_within / 2);
  there.run_after(std::chrono::seconds(1));
  for (const auto& who : {there.ann_phone, there.bob_phone}) {
    REQUIRE(there.failures(who).size() == 1);
    CHECK(there.failures(who)[0].why.code == errc::unavailable);
    CHECK(there.failures(who)[0].why.outcome == outcome::nothing_written);
    CHECK(there.failures(who)[0].why.retry_after_ms == 1'000);
  }
  CHECK(there.ledger.appends() == 0);
  CHECK(there.has_ended());
}

TEST_CASE("a thread without events that is only reported on holds no memory") {
  thread_world there;
  there.start(thread_world::both());
  there.post({report_delivered{there.thread, ann, sequence{3}}});
  there.run();
  CHECK(there.entry->retired);
  CHECK(there.has_ended());
}

TEST_CASE("a thread without events stays while more is under way to it") {
  thread_world there;
  there.start(thread_world::both());
  ++there.entry->sent;
  there.post({report_delivered{there.thread, ann, sequence{3}}});
  there.run();
  CHECK_FALSE(there.has_ended());
  --there.entry->sent;
  there.send(there.ann_phone, op(1), "hello");
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
  CHECK_FALSE(there.has_ended());
}

TEST_CASE("an answer and messages that come in one turn are all handled before the thread leaves") {
  thread_world there;
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_world::both());
  there.send(there.ann_phone, op(1), "hello");
  there.post({peer_checked{there.thread, bob, std::nullopt},
              there.message(there.ann_phone, op(2), "hello again")});
  there.run();
  CHECK(there.failures(there.ann_phone).size() == 1);
  CHECK_FALSE(there.has_ended()); // The second one waits for its own answer.
  there.post({peer_checked{there.thread, bob, "bob"}});
  there.run();
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
}

TEST_CASE("answers that come twice or too late change nothing") {
  thread_world there;
  there.start_with_one_message();
  there.post({peer_checked{there.thread, bob, std::nullopt}, peer_checked{there.thread, bob, "x"}});
  there.send(there.bob_phone, op(1), "still here");
  there.commit();
  REQUIRE(there.acks(there.bob_phone).size() == 1);
  CHECK(there.acks(there.bob_phone)[0].seq == sequence{2});
}

TEST_CASE("a thread with oneself has one member and needs no question") {
  thread_world there;
  there.peer_answers = thread_world::answers::do_not_come;
  there.start(thread_id::direct(ann, ann));
  there.send(there.ann_phone, op(1), "note to self");
  CHECK(there.router.take_reads().empty());
  REQUIRE(there.ledger.waiting() == 1);
  CHECK(std::get<storage::event_record>(there.ledger.waiting_record(0)).opening.size() == 1);
  there.commit();
  CHECK(there.acks(there.ann_phone).size() == 1);
  const auto pushes = there.router.fan_outs<events_delivered>();
  REQUIRE(pushes.size() == 1);
  CHECK(pushes[0].first.user == ann);
  CHECK(pushes[0].first.except == there.ann_phone.session);
}
