// The USER: touches, read cursors, and what is told when.
#include "actors/spawn.hpp"
#include "storage/inbox.hpp"
#include "tests/actors/user_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

TEST_CASE("a touch becomes a row of the inbox and is answered once it is committed") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  REQUIRE(there.ledger.waiting() == 1);
  CHECK(there.router.relayed().empty());
  CHECK(there.router.fan_outs().empty());
  CHECK_FALSE(there.stored_row(bob));

  there.commit();
  const auto relayed = there.router.relayed();
  REQUIRE(relayed.size() == 1);
  CHECK(relayed[0].user == ann);
  CHECK(relayed[0].relay == shard_id{9});
  CHECK(relayed[0].round == 3);
  const auto row = there.stored_row(bob);
  REQUIRE(row);
  CHECK(row->last_seq() == 3);
  CHECK(row->peer() == bob.value);
  const auto moved = there.router.fan_outs<inbox_moved>();
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].first.user == ann);
  CHECK(moved[0].first.except == session_address{});
  CHECK(moved[0].second.version == inbox_version{1});
}

TEST_CASE("all touches of a turn become one record") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 1), there.touch_of(eve, 4), there.touch_of(bob, 2)});
  there.settle();
  CHECK(there.ledger.appends() == 1);
  REQUIRE(there.ledger.waiting() == 1);
  const auto& record = std::get<state::Record>(there.ledger.waiting_record(0));
  CHECK(record.inbox_changed().rows_size() == 2);
  there.commit();
  CHECK(there.router.relayed().size() == 3);
  CHECK(there.router.fan_outs<inbox_moved>().size() == 1);
  CHECK(there.stored_row(bob)->last_seq() == 2);
  CHECK(there.stored_row(eve)->last_seq() == 4);
}

TEST_CASE("touches in any order leave the greatest of each") {
  user_world there;
  there.start();
  for (std::uint64_t seq : {5, 2, 7, 7, 1})
    there.post({there.touch_of(bob, seq)});
  there.settle();
  there.commit();
  CHECK(there.stored_row(bob)->last_seq() == 7);
  CHECK(there.router.relayed().size() == 5);
}

TEST_CASE("a repeated touch is answered at once when nothing is under way") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  there.commit();
  there.router.clear();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.router.relayed().size() == 1);
  CHECK(there.router.fan_outs().empty());
}

TEST_CASE("a repeated touch is answered with what it repeats while that is under way") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  CHECK(there.ledger.waiting() == 1);
  CHECK(there.router.relayed().empty());
  there.commit();
  CHECK(there.router.relayed().size() == 2);
}

TEST_CASE("a new actor goes on with the rows and the version of the store") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  there.commit();
  there.start();
  there.router.clear();
  there.post({there.touch_of(bob, 3)});
  there.settle();
  CHECK(there.router.relayed().size() == 1); // A repeat.
  there.post({there.touch_of(bob, 4)});
  there.settle();
  there.commit();
  REQUIRE(there.router.fan_outs<inbox_moved>().size() == 1);
  CHECK(there.router.fan_outs<inbox_moved>()[0].second.version == inbox_version{2});
  // The index has the row once.
  auto rows = storage::inbox_reader(there.store()).newest(ann, std::nullopt, 10);
  REQUIRE(rows);
  CHECK(rows->size() == 1);
}

TEST_CASE("a read cursor is committed, acknowledged and told to the other sessions") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 9)});
  there.settle();
  there.commit();
  there.router.clear();
  there.post({there.read_of(bob, 7, 21)});
  there.settle();
  CHECK(there.router.replies(user_world::phone).empty());
  CHECK(there.router.fan_outs().empty());
  there.commit();
  const auto marked = there.router.replies<read_marked>(user_world::phone);
  REQUIRE(marked.size() == 1);
  CHECK(marked[0].request == 21);
  CHECK(marked[0].seq == sequence{7});
  CHECK(marked[0].ordinal == weft::ordinal{7});
  const auto moved = there.router.fan_outs<own_read_moved>();
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].first.user == ann);
  CHECK(moved[0].first.except == user_world::phone);
  CHECK(moved[0].second.seq == sequence{7});
  CHECK(there.stored_row(bob)->read_seq() == 7);
  CHECK(there.stored_row(bob)->last_seq() == 9);
}

TEST_CASE("a read cursor that would go back is answered with where it stands") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 9), there.read_of(bob, 7, 1)});
  there.settle();
  there.commit();
  there.router.clear();
  there.post({there.read_of(bob, 5, 2)});
  there.settle();
  CHECK(there.ledger.waiting() == 0);
  const auto marked = there.router.replies<read_marked>(user_world::phone);
  REQUIRE(marked.size() == 1);
  CHECK(marked[0].seq == sequence{7});
}

TEST_CASE("read cursors are copied to their threads, the last of an interval only") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 9), there.touch_of(eve, 9)});
  there.settle();
  for (std::uint64_t seq = 1; seq <= 5; ++seq)
    there.post({there.read_of(bob, seq, seq)});
  there.post({there.read_of(eve, 2, 6)});
  there.settle();
  there.advance(there.env.limits.cursors_every);
  CHECK(there.router.take_thread_messages().empty()); // Not committed yet.
  there.commit();
  CHECK(there.router.take_thread_messages().empty());
  there.advance(there.env.limits.cursors_every);
  const auto copies = there.router.take_thread_messages();
  REQUIRE(copies.size() == 2);
  for (const auto& [thread, inputs] : copies) {
    REQUIRE(inputs.size() == 1);
    const auto& copy = std::get<copy_read>(inputs[0]);
    CHECK(copy.user == ann);
    CHECK(copy.thread == thread);
    CHECK(copy.seq == (thread == thread_id::direct(ann, bob) ? sequence{5} : sequence{2}));
  }
  there.advance(there.env.limits.cursors_every);
  CHECK(there.router.take_thread_messages().empty());
}

TEST_CASE("what is read before its touch came is kept by a later touch") {
  user_world there;
  there.start();
  there.post({there.read_of(bob, 4, 1)});
  there.settle();
  there.commit();
  there.post({there.touch_of(bob, 4)});
  there.settle();
  there.commit();
  const auto row = there.stored_row(bob);
  REQUIRE(row);
  CHECK(row->read_seq() == 4);
  CHECK(row->last_ordinal() == row->read_ordinal());
  CHECK(row->peer_name() == "peer");
  auto rows = storage::inbox_reader(there.store()).newest(ann, std::nullopt, 10);
  REQUIRE(rows);
  CHECK(rows->size() == 1);
}

TEST_CASE("a read cursor that one's own message moved is copied to its thread") {
  user_world there;
  there.start();
  auto news = there.touch_of(bob, 9);
  news.own_seq = sequence{8};
  news.own_ordinal = weft::ordinal{8};
  there.post({news});
  there.settle();
  there.advance(there.env.limits.cursors_every);
  CHECK(there.router.take_thread_messages().empty()); // Not committed yet.
  there.commit();
  there.advance(there.env.limits.cursors_every);
  const auto copies = there.router.take_thread_messages();
  REQUIRE(copies.size() == 1);
  CHECK(copies[0].first == thread_id::direct(ann, bob));
  CHECK(std::get<copy_read>(copies[0].second.at(0)).user == ann);
  CHECK(std::get<copy_read>(copies[0].second.at(0)).seq == sequence{8});
  SUBCASE("once") {
    there.post({news});
    there.settle();
    there.advance(there.env.limits.cursors_every);
    CHECK(there.router.take_thread_messages().empty());
  }
}

TEST_CASE("a read cursor that an actor could not copy any more is copied by the next one") {
  user_world there;
  there.start();
  there.post({there.touch_of(bob, 9), there.read_of(bob, 7, 1)});
  there.settle();
  there.commit();
  there.start(); // The one before ends without a word.
  CHECK(there.router.take_thread_messages().empty());
  there.post({there.touch_of(bob, 10)});
  there.settle();
  there.commit();
  there.advance(there.env.limits.cursors_every);
  const auto copies = there.router.take_thread_messages();
  REQUIRE(copies.size() == 1);
  CHECK(std::get<copy_read>(copies[0].second.at(0)).seq == sequence{7});
}
