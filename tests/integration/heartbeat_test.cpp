// Sessions that are heard and sessions that fall silent.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds expiry{2'500};

/// Sessions of this node end soon after the last sign of life.
struct short_lives : ann_and_bob {
  short_lives() : ann_and_bob({"--heartbeat-ms", "500", "--session-expiry-ms", "2500"}) {}

  std::uint64_t sessions() {
    weft::ClientFrame frame;
    frame.mutable_status();
    return ann.ask(std::move(frame)).status().nodes(0).sessions();
  }
};

} // namespace

TEST_CASE_FIXTURE(short_lives, "Hello tells the interval of heartbeats and the expiry") {
  device other(node, "other");
  const auto hello = other.connect();
  CHECK(hello.heartbeat_interval_ms() == 500);
  CHECK(hello.session_expiry_ms() == 2500);
  CHECK(hello.time_ms() > 1'600'000'000'000);
}

TEST_CASE_FIXTURE(short_lives, "a session that falls silent is closed, one that beats lives on") {
  const auto end = steady_clock::now() + 2 * expiry;
  while (steady_clock::now() < end) {
    REQUIRE(ann.beat().has_heartbeat_ack());
    // sleep: the time between two heartbeats is what this test is about.
    std::this_thread::sleep_for(milliseconds{200});
  }
  REQUIRE(bob.line().await_closed());
  REQUIRE(bob.line().last_words());
  CHECK(bob.line().last_words()->closing().code() == weft::TIMEOUT);
  // Whatever was sent to the silent one is there when it comes back.
  REQUIRE(ann.send(thread, "where are you?").has_ack());
  bob.resume({{thread, 0}});
  CHECK(bob.await_events(thread, 1).front().message().body() == "where are you?");
}

TEST_CASE_FIXTURE(short_lives, "a session outlives its connection until its heartbeat is due") {
  CHECK(sessions() == 2);
  bob.leave();
  const auto deadline = steady_clock::now() + patience;
  while (sessions() != 1)
    REQUIRE(steady_clock::now() < deadline);
  // In its grace it can be taken over at once.
  bob.resume();
  CHECK(sessions() == 2);
  bob.leave();
  bob.resume();
  REQUIRE(ann.send(thread, "back again").has_ack());
  CHECK(bob.await_events(thread, 1).front().message().body() == "back again");
}

} // namespace weft::testing
