// Random bits of the operating system, for ids that must not be guessed.
#pragma once

#include <cstdint>
#include <span>

namespace weft::storage {

/// Fills `out` with random bytes of the operating system.
void fill_random(std::span<std::uint8_t> out);

/// 64 of them.
std::uint64_t random_u64();

} // namespace weft::storage
