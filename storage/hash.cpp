#include "storage/hash.hpp"

// Inlined: a call into the shared library costs as much as hashing a short id.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weft::storage {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

} // namespace weft::storage
