// Latencies in bounded memory.
#pragma once

#include <array>
#include <cstdint>

namespace weft::bench {

/// Counts values in buckets whose width grows with the value, so that every percentile is exact to
/// 1/64 of itself, from nanoseconds to centuries, in 30 KiB. The idea is Gil Tene's HdrHistogram.
class histogram {
public:
  void add(std::uint64_t value) {
    ++counts_[bucket_of(value)];
    ++count_;
  }

  std::uint64_t count() const { return count_; }

  /// The value that this share of all values does not exceed, 0 < share <= 1, rounded up to the end
  /// of its bucket; 0 when there are none.
  std::uint64_t at(double share) const;

private:
  /// 2^6 buckets for each doubling; values below 2^7 have a bucket each.
  static constexpr unsigned precision_bits = 6;
  static constexpr std::size_t buckets =
      (64 - precision_bits) * (std::size_t{1} << precision_bits) +
      (std::size_t{1} << precision_bits);

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
};

} // namespace weft::bench
