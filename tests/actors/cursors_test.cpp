#include "actors/cursors.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

cursors of_ann_and_bob() {
  auto first = member(ann, "ann");
  first.set_delivered_seq(4);
  first.set_read_seq(2);
  cursors out;
  out.load({first, member(bob, "bob")});
  return out;
}

} // namespace

TEST_CASE("cursors only move forward") {
  auto all = of_ann_and_bob();
  CHECK_FALSE(all.move_delivered(ann, sequence{4}, sequence{9}));
  CHECK_FALSE(all.move_read(ann, sequence{1}, sequence{9}));
  CHECK_FALSE(all.has_unwritten());
  const auto moved = all.move_delivered(ann, sequence{6}, sequence{9});
  REQUIRE(moved);
  CHECK(moved->delivered == sequence{6});
  CHECK(moved->read == sequence{2});
  CHECK(all.has_unwritten());
}

TEST_CASE("what has been read has been delivered") {
  auto all = of_ann_and_bob();
  const auto moved = all.move_read(bob, sequence{5}, sequence{9});
  REQUIRE(moved);
  CHECK(moved->read == sequence{5});
  CHECK(moved->delivered == sequence{5});
  CHECK_FALSE(all.move_delivered(bob, sequence{5}, sequence{9}));
  const auto read_less_than_delivered = all.move_read(ann, sequence{3}, sequence{9});
  REQUIRE(read_less_than_delivered);
  CHECK(read_less_than_delivered->delivered == sequence{4});
}

TEST_CASE("a cursor never moves beyond the last committed event") {
  auto all = of_ann_and_bob();
  CHECK(all.move_delivered(bob, sequence{100}, sequence{9})->delivered == sequence{9});
  CHECK(all.move_read(bob, sequence{100}, sequence{9})->read == sequence{9});
  CHECK_FALSE(all.move_read(bob, sequence{100}, sequence{9}));
}

TEST_CASE("who is no member has no cursor") {
  auto all = of_ann_and_bob();
  CHECK_FALSE(all.move_delivered(eve, sequence{1}, sequence{9}));
  CHECK_FALSE(all.move_read(eve, sequence{1}, sequence{9}));
  CHECK_FALSE(all.has_unwritten());
}

TEST_CASE("one record writes all cursors and leaves nothing unwritten") {
  auto all = of_ann_and_bob();
  all.move_read(bob, sequence{3}, sequence{9});
  const auto record = all.take_unwritten(thread_id::direct(ann, bob));
  CHECK_FALSE(all.has_unwritten());
  CHECK(record.thread() == to_bytes(thread_id::direct(ann, bob)));
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> written;
  for (const auto& cursor : record.cursors())
    written[cursor.user()] = {cursor.delivered_seq(), cursor.read_seq()};
  CHECK(written[ann.value] == std::pair<std::uint64_t, std::uint64_t>{4, 2});
  CHECK(written[bob.value] == std::pair<std::uint64_t, std::uint64_t>{3, 3});
}
