#include "actors/operations.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

constexpr time_ms noon{1'700'000'000'000};

operation_key key(std::uint8_t device, std::uint32_t n) {
  return {device_no(device), op_at(noon, n)};
}

operation_result result_no(std::uint64_t seq) {
  return {sequence{seq}, weft::ordinal{seq}, noon, 7};
}

} // namespace

TEST_CASE("in a thread without a past every operation is fresh") {
  operations known(10);
  known.begin_empty();
  CHECK(known.standing(key(1, 5)) == operation_standing::fresh);
  CHECK(known.find(key(1, 5)) == nullptr);
}

TEST_CASE("in a thread with a past the first operation of a device is looked up") {
  operations known(10);
  CHECK(known.standing(key(1, 5)) == operation_standing::unknown);
}

TEST_CASE("an operation that the store does not know is fresh until it is added") {
  operations known(10);
  known.learn(key(1, 5), op_at(noon, 9), std::nullopt);
  CHECK(known.standing(key(1, 5)) == operation_standing::fresh);
  known.add(key(1, 5), result_no(1), 0);
  CHECK(known.standing(key(1, 5)) == operation_standing::known);
  CHECK(known.find(key(1, 5))->seq == sequence{1});
}

TEST_CASE("an operation that the store knows is known with its result") {
  operations known(10);
  known.learn(key(1, 5), op_at(noon, 9), result_no(3));
  CHECK(known.standing(key(1, 5)) == operation_standing::known);
  REQUIRE(known.find(key(1, 5)) != nullptr);
  CHECK(known.find(key(1, 5))->seq == sequence{3});
}

TEST_CASE("ids above the newest of their device are fresh and ids below are looked up") {
  operations known(10);
  known.begin_empty();
  known.add(key(1, 5), result_no(1), 0);
  CHECK(known.standing(key(1, 6)) == operation_standing::fresh);
  CHECK(known.standing(key(1, 4)) == operation_standing::unknown);
  SUBCASE("each device counts for itself") {
    CHECK(known.standing(key(2, 4)) == operation_standing::fresh);
  }
}

TEST_CASE("the store's answer raises the newest id of a device and never lowers it") {
  operations known(10);
  known.learn(key(1, 5), op_at(noon, 9), std::nullopt);
  CHECK(known.standing(key(1, 8)) == operation_standing::unknown);
  CHECK(known.standing(key(1, 10)) == operation_standing::fresh);
  known.add(key(1, 10), result_no(1), 0);
  known.learn(key(1, 3), op_at(noon, 9), std::nullopt);
  CHECK(known.standing(key(1, 8)) == operation_standing::unknown);
  known.add(key(1, 3), result_no(2), 1);
  CHECK(known.standing(key(1, 8)) == operation_standing::unknown);
}

TEST_CASE("committed operations above the bound are forgotten and pending ones are not") {
  operations known(2);
  known.begin_empty();
  for (std::uint32_t n = 1; n <= 8; ++n)
    known.add(key(1, n), result_no(n), n - 1);
  // The oldest one that is still known; all later ones are.
  const auto oldest_known = [&known] {
    std::uint32_t n = 1;
    while (n <= 8 && known.find(key(1, n)) == nullptr)
      ++n;
    for (auto later = n; later <= 8; ++later)
      CHECK(known.find(key(1, later)) != nullptr);
    return n;
  };
  known.forget_committed(8);
  CHECK(oldest_known() == 1);
  known.forget_committed(3);
  CHECK(oldest_known() == 4);
  known.forget_committed(0);
  CHECK(oldest_known() == 7);
}

TEST_CASE("a forgotten operation is looked up and never taken for a fresh one") {
  operations known(1);
  known.begin_empty();
  for (std::uint32_t n = 1; n <= 5; ++n) {
    // A device for each: their newest ids are forgotten too.
    known.add(key(static_cast<std::uint8_t>(n), n), result_no(n), 0);
    known.forget_committed(0);
  }
  for (std::uint32_t n = 1; n <= 5; ++n)
    CHECK(known.standing(key(static_cast<std::uint8_t>(n), n)) != operation_standing::fresh);
}

TEST_CASE("an operation that was looked up is known until the next one is") {
  operations known(4);
  for (std::uint32_t n = 1; n <= 100; ++n) {
    known.learn(key(1, n), op_at(noon, 500), result_no(n));
    CHECK(known.find(key(1, n)) != nullptr);
    CHECK(known.find(key(1, n - 1)) == nullptr);
  }
}

TEST_CASE("an answer older than the commits after the question makes no repeat look fresh") {
  operations known(1);
  known.begin_empty();
  known.add(key(1, 50), result_no(1), 0);
  known.add(key(2, 1), result_no(2), 1);
  known.add(key(3, 1), result_no(3), 2);
  // Now id 40 of device 1 is asked about: the store, where nothing is committed yet, names none.
  REQUIRE(known.standing(key(1, 40)) == operation_standing::unknown);
  known.forget_committed(0);
  known.learn(key(1, 40), std::nullopt, std::nullopt);
  known.add(key(1, 40), result_no(4), 0);
  known.forget_committed(0);
  CHECK(known.standing(key(1, 50)) == operation_standing::unknown);
}

TEST_CASE("an operation out of order does not hide the newer ones of its device") {
  operations known(1);
  known.learn(key(1, 5), op_at(noon, 90), std::nullopt);
  known.learn(key(2, 5), op_at(noon, 90), std::nullopt);
  known.learn(key(1, 5), op_at(noon, 90), std::nullopt);
  // Adding it forgets the newest ids of all devices, but not that of its own.
  known.add(key(1, 5), result_no(1), 0);
  known.forget_committed(0);
  CHECK(known.standing(key(1, 90)) == operation_standing::unknown);
  CHECK(known.standing(key(2, 90)) == operation_standing::unknown);
}
