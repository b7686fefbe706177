#include "bin/weft_bench/order_check.hpp"

#include <doctest/doctest.h>

using weft::bench::order_check;

TEST_CASE(
    "own acknowledgements and deliveries together fill a thread, in whatever turn they come") {
  order_check check;
  check.delivered(2);
  check.acknowledged(1);
  check.acknowledged(5);
  check.delivered(3);
  check.delivered(4);
  CHECK(check.complete() == 5);
  CHECK(check.highest() == 5);
  CHECK(check.result(5).total() == 0);
}

TEST_CASE("what is missing at the end is lost") {
  order_check check;
  check.delivered(1);
  check.delivered(4);
  CHECK(check.complete() == 1);
  CHECK(check.result(4).lost == 2);
  CHECK(check.result(6).lost == 4);
}

TEST_CASE("a number that comes twice is duplicated, by whichever way") {
  order_check check;
  check.delivered(1);
  check.delivered(1);
  check.acknowledged(3);
  check.delivered(3);
  check.delivered(2);
  check.acknowledged(2);
  CHECK(check.result(3).duplicated == 3);
}

TEST_CASE("a delivery below an earlier one is out of order") {
  order_check check;
  check.delivered(3);
  check.delivered(1);
  check.delivered(2);
  const auto found = check.result(3);
  CHECK(found.out_of_order == 2);
  CHECK(found.duplicated == 0);
  CHECK(found.lost == 0);
}

TEST_CASE("an acknowledgement may come after later deliveries") {
  order_check check;
  check.delivered(2);
  check.acknowledged(1);
  CHECK(check.result(2).total() == 0);
}

TEST_CASE("what is read from history fills holes and is no duplicate") {
  order_check check;
  check.delivered(1);
  check.delivered(4);
  for (std::uint64_t seq = 1; seq <= 4; ++seq)
    check.pulled(seq);
  CHECK(check.complete() == 4);
  CHECK(check.result(4).total() == 0);
}

TEST_CASE("long runs with a hole stay exact and bounded") {
  order_check check;
  check.delivered(1);
  for (std::uint64_t seq = 3; seq <= 60'000; ++seq)
    check.delivered(seq);
  CHECK(check.result(60'000).lost == 1);
  check.pulled(2);
  CHECK(check.complete() == 60'000);
  for (std::uint64_t seq = 60'001; seq <= 200'000; ++seq)
    check.delivered(seq);
  CHECK(check.result(200'000).total() == 0);
}
