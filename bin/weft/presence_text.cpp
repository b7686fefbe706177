#include "bin/weft/presence_text.hpp"

namespace weft::bin {
namespace {

const char* name_of(weft::Presence::State state) {
  switch (state) {
  case weft::Presence::ONLINE:
    return "online";
  case weft::Presence::OFFLINE:
    return "offline";
  case weft::Presence::UNKNOWN:
    return "unknown";
  default:
    return "hidden";
  }
}

std::string count_of(std::uint64_t number, const char* unit) {
  return std::to_string(number) + " " + unit + (number == 1 ? "" : "s") + " ago";
}

/// In the largest unit of which there is one.
std::string ago(std::uint64_t last_seen_ms, time_ms now) {
  const auto minutes = now.value > last_seen_ms ? (now.value - last_seen_ms) / 60'000 : 0;
  if (minutes == 0)
    return "just now";
  if (minutes < 60)
    return count_of(minutes, "minute");
  const auto hours = minutes / 60;
  return hours < 24 ? count_of(hours, "hour") : count_of(hours / 24, "day");
}

} // namespace

std::string presence_text(const weft::Presence& what, time_ms now) {
  const std::string state = name_of(what.state());
  const bool is_away =
      what.state() == weft::Presence::OFFLINE || what.state() == weft::Presence::UNKNOWN;
  if (!is_away || what.last_seen_ms() == 0)
    return state;
  const auto seen = "last seen " + ago(what.last_seen_ms(), now);
  return what.state() == weft::Presence::OFFLINE ? seen : state + ", " + seen;
}

json_value presence_json(const std::string& name, const weft::Presence& what) {
  return {{"name", name}, {"state", name_of(what.state())}, {"last_seen_ms", what.last_seen_ms()}};
}

} // namespace weft::bin
