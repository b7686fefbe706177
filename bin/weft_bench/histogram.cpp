#include "bin/weft_bench/histogram.hpp"

#include <bit>
#include <cmath>

namespace weft::bench {

std::size_t histogram::bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= precision_bits + 1)
    return static_cast<std::size_t>(value);
  // The leading bit says the octave, the six that follow the bucket in it.
  const unsigned shift = width - precision_bits - 1;
  return (std::size_t{shift} << precision_bits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::end_of(std::size_t bucket) {
  if (bucket < (std::size_t{2} << precision_bits))
    return bucket;
  const auto shift = (bucket >> precision_bits) - 1;
  const auto leading = bucket - (shift << precision_bits);
  return ((static_cast<std::uint64_t>(leading) + 1) << shift) - 1;
}

std::uint64_t histogram::at(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (counts_[bucket] != 0 && seen >= wanted)
      return end_of(bucket);
  }
  return 0;
}

} // namespace weft::bench
