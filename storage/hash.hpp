// The one hash of the stored formats.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::storage {

/// XXH3 (64 bits) of `bytes`. Stable by its specification: slots, payload hashes and checksums on
/// disk depend on it.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

} // namespace weft::storage
