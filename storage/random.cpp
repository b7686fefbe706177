#include "storage/random.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

namespace weft::storage {
namespace {

/// Bytes fetched at once: one system call serves some dozens of ids.
constexpr std::size_t fetched_bytes = 256;

} // namespace

void fill_random(std::span<std::uint8_t> out) {
  // Up to 256 bytes getentropy either fills everything or the system cannot give any at all.
  while (!out.empty()) {
    const auto n = std::min(out.size(), fetched_bytes);
    if (::getentropy(out.data(), n) != 0)
      std::abort();
    out = out.subspan(n);
  }
}

std::uint64_t random_u64() {
  thread_local std::array<std::uint8_t, fetched_bytes> fetched;
  thread_local std::size_t used = fetched_bytes;
  if (used == fetched_bytes) {
    fill_random(fetched);
    used = 0;
  }
  std::uint64_t out;
  std::memcpy(&out, fetched.data() + used, sizeof out);
  used += sizeof out;
  return out;
}

} // namespace weft::storage
