// Numbers in keys and rows: big-endian, so that keys sort as numbers do.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>

namespace weft::storage {

/// Swaps the bytes of `value` on a little-endian machine.
template <std::unsigned_integral T>
constexpr T to_big_endian(T value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1)
    return value;
  else if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(value);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(value);
  else
    return __builtin_bswap64(value);
}

/// Writes `sizeof(T)` bytes at `at`.
template <std::unsigned_integral T>
void put_be(char* at, T value) {
  value = to_big_endian(value);
  std::memcpy(at, &value, sizeof value);
}

/// Reads `sizeof(T)` bytes from `at`.
template <std::unsigned_integral T>
T get_be(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return to_big_endian(value);
}

} // namespace weft::storage
