// Small values that the tests of this folder name.
#pragma once

#include "actors/messages.hpp"
#include "storage/ids.hpp"
#include "storage/proto/event.pb.h"

#include <cstdint>
#include <string>

namespace weft::testing {

inline constexpr user_id ann{0x1000'0000'0000'0001};
inline constexpr user_id bob{0x2000'0000'0000'0002};
inline constexpr user_id eve{0x3000'0000'0000'0003};

inline device_id device_no(std::uint8_t n) {
  device_id out;
  out.bytes.fill(0xd0);
  out.bytes.back() = n;
  return out;
}

/// A UUIDv7 of a time. Of ids of one time, the one with the greater `n` is the later one.
inline op_id op_at(time_ms made, std::uint32_t n = 1) {
  op_id out;
  for (std::size_t i = 0; i < 6; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(made.value >> (40 - 8 * i));
  out.bytes[6] = 0x70;
  out.bytes[8] = 0x80;
  for (std::size_t i = 0; i < 4; ++i)
    out.bytes[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  return out;
}

inline state::Member member(user_id user, std::string name) {
  state::Member out;
  out.set_user(user.value);
  out.set_name(std::move(name));
  return out;
}

/// The event in its encoded form, taken apart.
inline Event event_of(const std::string& bytes) {
  Event out;
  out.ParseFromString(bytes);
  return out;
}

} // namespace weft::testing
