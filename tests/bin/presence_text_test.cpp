#include "bin/weft/presence_text.hpp"

#include <doctest/doctest.h>

namespace weft::bin {
namespace {

constexpr std::uint64_t minute = 60'000;
constexpr time_ms now{1'700'000'000'000};

std::string text_of(weft::Presence::State state, std::uint64_t ago_ms) {
  weft::Presence what;
  what.set_state(state);
  what.set_last_seen_ms(now.value - ago_ms);
  return presence_text(what, now);
}

} // namespace

TEST_CASE("who is away is said to have gone so long ago") {
  CHECK(text_of(weft::Presence::OFFLINE, minute - 1) == "last seen just now");
  CHECK(text_of(weft::Presence::OFFLINE, minute) == "last seen 1 minute ago");
  CHECK(text_of(weft::Presence::OFFLINE, 59 * minute) == "last seen 59 minutes ago");
  CHECK(text_of(weft::Presence::OFFLINE, 60 * minute) == "last seen 1 hour ago");
  CHECK(text_of(weft::Presence::OFFLINE, 23 * 60 * minute) == "last seen 23 hours ago");
  CHECK(text_of(weft::Presence::OFFLINE, 50 * 60 * minute) == "last seen 2 days ago");
  CHECK(text_of(weft::Presence::UNKNOWN, 5 * minute) == "unknown, last seen 5 minutes ago");
}

TEST_CASE("a time is said only of those who are away, and only when it is known") {
  weft::Presence what;
  CHECK(presence_text(what, now) == "hidden");
  what.set_state(weft::Presence::OFFLINE);
  CHECK(presence_text(what, now) == "offline");
  what.set_state(weft::Presence::UNKNOWN);
  CHECK(presence_text(what, now) == "unknown");
  CHECK(text_of(weft::Presence::ONLINE, 5 * minute) == "online");
  // Clocks differ: nobody was seen in the future.
  what.set_last_seen_ms(now.value + minute);
  CHECK(presence_text(what, now) == "unknown, last seen just now");
}

TEST_CASE("programs get the state and the time") {
  weft::Presence what;
  what.set_state(weft::Presence::OFFLINE);
  what.set_last_seen_ms(now.value);
  CHECK(to_line(presence_json("bob", what)) ==
        R"({"name":"bob","state":"offline","last_seen_ms":1700000000000})");
  CHECK(to_line(presence_json("bob", {})) == R"({"name":"bob","state":"hidden","last_seen_ms":0})");
}

} // namespace weft::bin
