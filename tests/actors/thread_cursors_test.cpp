// Delivered and read receipts of a thread.
#include "storage/threads.hpp"
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

/// A thread of three committed messages of Ann.
void start_with_three(thread_world& there) {
  there.start(thread_world::both());
  for (std::uint32_t n = 1; n <= 3; ++n)
    there.send(there.ann_phone, op(n), std::to_string(n));
  there.commit();
  there.router.clear();
}

state::Member stored_member(thread_world& there, user_id who) {
  auto head = storage::thread_reader(there.store()).head(there.thread);
  REQUIRE(head);
  REQUIRE(*head);
  for (const auto& each : (*head)->members())
    if (each.user() == who.value)
      return each;
  FAIL("no such member");
  return {};
}

} // namespace

TEST_CASE("a delivered report tells the other side and nobody else") {
  thread_world there;
  start_with_three(there);
  there.post({report_delivered{there.thread, bob, sequence{2}}});
  there.run();
  const auto receipts = there.router.fan_outs<receipt_moved>();
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].first.user == ann);
  CHECK(receipts[0].second.thread == there.thread);
  CHECK(receipts[0].second.user == bob);
  CHECK(receipts[0].second.delivered == sequence{2});
  CHECK(receipts[0].second.read == sequence{0});
}

TEST_CASE("a read cursor that is copied tells the other side what was read and delivered") {
  thread_world there;
  start_with_three(there);
  there.post({copy_read{there.thread, bob, sequence{3}}});
  there.run();
  const auto receipts = there.router.fan_outs<receipt_moved>();
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].first.user == ann);
  CHECK(receipts[0].second.delivered == sequence{3});
  CHECK(receipts[0].second.read == sequence{3});
}

TEST_CASE("repeats and what goes backwards tell nobody") {
  thread_world there;
  start_with_three(there);
  there.post({report_delivered{there.thread, bob, sequence{3}}});
  there.run();
  there.router.clear();
  there.post({report_delivered{there.thread, bob, sequence{3}},
              report_delivered{there.thread, bob, sequence{1}},
              copy_read{there.thread, bob, sequence{0}}});
  there.run();
  CHECK(there.router.fan_outs().empty());
}

TEST_CASE("reports of one turn become one receipt a member") {
  thread_world there;
  start_with_three(there);
  there.post({report_delivered{there.thread, bob, sequence{1}},
              report_delivered{there.thread, bob, sequence{2}},
              report_delivered{there.thread, ann, sequence{3}},
              report_delivered{there.thread, bob, sequence{3}}});
  there.run();
  const auto receipts = there.router.fan_outs<receipt_moved>();
  REQUIRE(receipts.size() == 2);
  CHECK(receipts[0].first.user == ann);
  CHECK(receipts[0].second.delivered == sequence{3});
  CHECK(receipts[1].first.user == bob);
}

TEST_CASE("no cursor moves beyond what is committed") {
  thread_world there;
  start_with_three(there);
  there.send(there.ann_phone, op(4), "pending");
  there.post({report_delivered{there.thread, bob, sequence{999}}});
  there.run();
  const auto receipts = there.router.fan_outs<receipt_moved>();
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].second.delivered == sequence{3});
}

TEST_CASE("a stranger's report moves nothing and opens no thread") {
  thread_world there;
  start_with_three(there);
  there.post({report_delivered{there.thread, eve, sequence{2}}});
  there.run();
  CHECK(there.router.fan_outs().empty());

  there.start(thread_id::direct(ann, eve));
  const auto before = there.ledger.appends();
  there.post({report_delivered{there.thread, eve, sequence{2}}, copy_read{there.thread, ann, {}}});
  there.run_after(std::chrono::seconds(5));
  CHECK(there.router.fan_outs().empty());
  CHECK(there.ledger.appends() == before);
}

TEST_CASE("cursors are written lazily, at most once in their interval") {
  thread_world there;
  start_with_three(there);
  const auto every = there.env.limits.cursors_every;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    there.post({report_delivered{there.thread, bob, sequence{seq}}});
    there.run();
  }
  CHECK(there.ledger.waiting() == 0);
  there.run_after(every);
  REQUIRE(there.ledger.waiting() == 1);
  const auto& record = std::get<state::Record>(there.ledger.waiting_record(0));
  CHECK(record.cursors_moved().cursors_size() == 2);
  there.commit();
  CHECK(stored_member(there, bob).delivered_seq() == 3);
  CHECK(stored_member(there, bob).read_seq() == 0);
  // Nothing moved: nothing is written.
  there.run_after(every);
  there.run_after(every);
  CHECK(there.ledger.waiting() == 0);
}

TEST_CASE("a new actor knows the cursors that were written") {
  thread_world there;
  start_with_three(there);
  there.post({copy_read{there.thread, bob, sequence{2}}});
  there.run_after(there.env.limits.cursors_every);
  there.commit();
  there.start(thread_world::both());
  there.router.clear();
  there.post({report_delivered{there.thread, bob, sequence{2}},
              copy_read{there.thread, bob, sequence{2}}});
  there.run();
  CHECK(there.router.fan_outs().empty());
  there.post({report_delivered{there.thread, bob, sequence{3}}});
  there.run();
  REQUIRE(there.router.fan_outs<receipt_moved>().size() == 1);
  CHECK(there.router.fan_outs<receipt_moved>()[0].second.read == sequence{2});
}

TEST_CASE("commits of cursors and events are told apart") {
  thread_world there;
  start_with_three(there);
  there.send(there.ann_phone, op(4), "four");
  there.post({report_delivered{there.thread, bob, sequence{3}}});
  there.run_after(there.env.limits.cursors_every);
  there.send(there.ann_phone, op(5), "five");
  REQUIRE(there.ledger.waiting() == 3);
  there.commit(1);
  CHECK(there.acks(there.ann_phone).size() == 1);
  there.commit(1); // The cursors.
  CHECK(there.acks(there.ann_phone).size() == 1);
  there.commit(1);
  REQUIRE(there.acks(there.ann_phone).size() == 2);
  CHECK(there.acks(there.ann_phone)[1].seq == sequence{5});
}
