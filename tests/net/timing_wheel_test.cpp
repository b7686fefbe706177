#include "net/timing_wheel.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <vector>

using namespace weft::net;

namespace {

struct deadline : wheel_entry {
  int number = 0;
  int fired = 0;
};

/// Moves the wheel and says who fired.
std::vector<int> advance(timing_wheel& wheel, clock_ms now) {
  std::vector<int> out;
  wheel.advance(now, [&](wheel_entry& entry) {
    auto& which = static_cast<deadline&>(entry);
    ++which.fired;
    out.push_back(which.number);
  });
  return out;
}

} // namespace

TEST_CASE("a deadline fires at the first tick at or after it, once") {
  timing_wheel wheel{1000, 10, 8};
  deadline one;
  wheel.schedule(one, 1025);
  CHECK(one.is_scheduled());
  CHECK(advance(wheel, 1020).empty());
  CHECK(advance(wheel, 1029).empty());
  CHECK(advance(wheel, 1030).size() == 1);
  CHECK_FALSE(one.is_scheduled());
  CHECK(advance(wheel, 2000).empty());
  CHECK(wheel.size() == 0);
}

TEST_CASE("a deadline further away than one turn of the wheel waits for its turn") {
  timing_wheel wheel{0, 10, 8};
  deadline one;
  wheel.schedule(one, 250);
  for (clock_ms now = 0; now < 250; now += 10)
    CHECK(advance(wheel, now).empty());
  CHECK(advance(wheel, 250).size() == 1);
}

TEST_CASE("a deadline in the past fires at the next tick") {
  timing_wheel wheel{1000, 10, 8};
  deadline one;
  wheel.schedule(one, 5);
  CHECK(advance(wheel, 1009).empty());
  CHECK(advance(wheel, 1010).size() == 1);
}

TEST_CASE("a deadline can be moved and cancelled") {
  timing_wheel wheel{0, 10, 8};
  deadline one;
  deadline two;
  wheel.schedule(one, 50);
  wheel.schedule(two, 50);
  wheel.schedule(one, 90);
  wheel.cancel(two);
  wheel.cancel(two);
  CHECK(wheel.size() == 1);
  CHECK(advance(wheel, 89).empty());
  CHECK(advance(wheel, 90).size() == 1);
  CHECK(one.fired == 1);
  CHECK(two.fired == 0);
}

TEST_CASE("a firing deadline may set itself again and cancel others of its tick") {
  timing_wheel wheel{0, 10, 8};
  deadline one;
  deadline two;
  wheel.schedule(one, 10);
  wheel.schedule(two, 10);
  auto rounds = 0;
  wheel.advance(10, [&](wheel_entry& entry) {
    ++rounds;
    CHECK(&entry == &one);
    wheel.cancel(two);
    wheel.schedule(one, 20);
  });
  CHECK(rounds == 1);
  CHECK(wheel.size() == 1);
  CHECK(advance(wheel, 20).size() == 1);
  CHECK(two.fired == 0);
}

TEST_CASE("the wheel says how long nothing will happen") {
  timing_wheel wheel{0, 10, 8};
  CHECK_FALSE(wheel.until_next(0));
  deadline one;
  deadline two;
  wheel.schedule(one, 60);
  CHECK(wheel.until_next(0) == 60);
  wheel.schedule(two, 35);
  CHECK(wheel.until_next(15) == 25);
  CHECK(wheel.until_next(45) == 0);
  wheel.cancel(two);
  advance(wheel, 45);
  CHECK(wheel.until_next(45) == 15);
  wheel.cancel(one);
  CHECK_FALSE(wheel.until_next(45));
}

TEST_CASE("whatever is scheduled, moved and cancelled, each deadline fires in its time") {
  auto random = weft::testing::seeded_random();
  clock_ms now = 12'345;
  timing_wheel wheel{now, 10, 16};
  std::deque<deadline> all(300);
  std::vector<clock_ms> due(all.size(), 0);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].number = static_cast<int>(i);
  for (auto step = 0; step < 3000; ++step) {
    const auto which = random() % all.size();
    if (random() % 4 == 0) {
      wheel.cancel(all[which]);
      due[which] = 0;
    } else {
      due[which] = now + random() % 700;
      wheel.schedule(all[which], due[which]);
    }
    // Now and then far more than a turn of the wheel at once.
    const auto before = now;
    now += random() % 50 == 0 ? 1000 : random() % 15;
    const auto quiet = wheel.until_next(before);
    const auto fired = advance(wheel, now);
    if (quiet && before + *quiet > now)
      CHECK(fired.empty());
    for (const auto number : fired) {
      const auto at = static_cast<std::size_t>(number);
      REQUIRE(due[at] != 0);
      CHECK(due[at] <= now);
      due[at] = 0;
    }
    // Nothing that is due for more than a tick is left behind.
    for (std::size_t i = 0; i < all.size(); ++i)
      if (due[i] != 0)
        CHECK(due[i] + 20 > now);
  }
}
