// The checksum of RocksDB's write-ahead log.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weft::storage {

/// CRC-32C (Castagnoli), byte by byte: used where a damaged log is examined, never on the way of a
/// message.
inline std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> out{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      auto crc = i;
      for (int bit = 0; bit < 8; ++bit)
        crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
      out[i] = crc;
    }
    return out;
  }();
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes)
    crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xff] ^ crc >> 8;
  return ~crc;
}

} // namespace weft::storage
