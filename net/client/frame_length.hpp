// The four bytes in front of every frame.
#pragma once

#include "storage/big_endian.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::net::client {

inline constexpr std::size_t frame_length_bytes = 4;

/// Appends the length of a frame of `size` bytes, which follow. Below 4 GiB.
inline void put_frame_length(std::string& out, std::size_t size) {
  char bytes[frame_length_bytes];
  storage::put_be(bytes, static_cast<std::uint32_t>(size));
  out.append(bytes, sizeof bytes);
}

/// Reads the length; `bytes` must hold at least four.
inline std::size_t get_frame_length(std::string_view bytes) {
  return storage::get_be<std::uint32_t>(bytes.data());
}

} // namespace weft::net::client
