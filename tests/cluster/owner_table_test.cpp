#include "cluster/owner_table.hpp"

#include <doctest/doctest.h>

namespace weft::cluster {
namespace {

const error full{errc::overloaded, "full"};
const error gone{errc::read_only, "gone", outcome::unknown_retry_same_id};

} // namespace

TEST_CASE("the commits of a round become one notice for each owner") {
  owner_table owners;
  const auto a = owners.find_or_add(100);
  const auto b = owners.find_or_add(200);
  owners.add(a, 3);
  owners.add(b, 1);
  owners.commit(a, 1);
  owners.commit(b, 1);
  owners.commit(a, 1);
  const auto told = owners.take_notices();
  REQUIRE(told.size() == 2);
  CHECK(told[0].owner == 100);
  CHECK(told[0].committed == 2);
  CHECK_FALSE(told[0].released);
  CHECK(told[1].owner == 200);
  CHECK(told[1].committed == 1);
  CHECK(told[1].released);
  CHECK(owners.take_notices().empty());
}

TEST_CASE("a slot is used again once nothing is outstanding") {
  owner_table owners;
  const auto first = owners.find_or_add(100);
  CHECK(owners.find_or_add(100) == first);
  owners.add(first, 1);
  owners.commit(first, 1);
  owners.take_notices();
  CHECK(owners.find_or_add(200) == first);
}

TEST_CASE("a refused owner hears of it after the outcome of what came before") {
  owner_table owners;
  const auto a = owners.find_or_add(100);
  owners.add(a, 2);
  owners.refuse(a, full);
  CHECK_FALSE(owners.is_open(a));
  CHECK_FALSE(owners.is_losing(a));
  CHECK(owners.take_notices().empty());
  owners.commit(a, 1);
  auto told = owners.take_notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].committed == 1);
  CHECK_FALSE(told[0].lost);
  owners.commit(a, 1);
  told = owners.take_notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].committed == 1);
  REQUIRE(told[0].lost);
  CHECK(told[0].lost->code == errc::overloaded);
  CHECK(told[0].lost->outcome == outcome::nothing_written);
}

TEST_CASE("a lost owner hears once and is ignored until it is forgotten") {
  owner_table owners;
  const auto a = owners.find_or_add(100);
  owners.add(a, 2);
  owners.lose(a, 1, full);
  owners.lose(a, 1, gone);
  CHECK(owners.is_losing(a));
  const auto told = owners.take_notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].committed == 0);
  REQUIRE(told[0].lost);
  CHECK(told[0].lost->code == errc::read_only);
  CHECK(owners.take_notices().empty());
  CHECK(owners.find_or_add(100) == a);
  CHECK_FALSE(owners.is_open(a));

  owners.forget(100);
  const auto b = owners.find_or_add(300);
  CHECK(b == a);
  CHECK(owners.is_open(b));
}

TEST_CASE("what an owner appended before what it lost still gets its outcome") {
  owner_table owners;
  const auto a = owners.find_or_add(100);
  owners.add(a, 3);
  owners.lose(a, 2, full);
  CHECK(owners.take_notices().empty());
  owners.commit(a, 1);
  const auto told = owners.take_notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].committed == 1);
  REQUIRE(told[0].lost);
}

TEST_CASE("forgetting an owner that waits for an outcome changes nothing") {
  owner_table owners;
  const auto a = owners.find_or_add(100);
  owners.add(a, 1);
  owners.forget(100);
  owners.commit(a, 1);
  CHECK(owners.take_notices().size() == 1);
}

} // namespace weft::cluster
