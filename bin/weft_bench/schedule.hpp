// When each message of an open loop is due.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace weft::bench {

/// Spreads `rate` messages a second evenly over time and over the clients, in a random order that
/// is the same in every round. Message k of all is due at k/rate; nobody waits for anybody, so that
/// a server which stalls is charged for every message that was due meanwhile.
class schedule {
public:
  using nanoseconds = std::chrono::nanoseconds;

  schedule(std::size_t clients, double rate, std::uint64_t seed)
      : order_(clients), place_(clients), step_ns_(1e9 / rate) {
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    std::shuffle(order_.begin(), order_.end(), std::mt19937_64{seed});
    for (std::uint32_t i = 0; i < order_.size(); ++i)
      place_[order_[i]] = i;
  }

  /// The client whose turn the k-th message is, and when it is due after the start.
  std::uint32_t client_of(std::uint64_t k) const {
    return order_[static_cast<std::size_t>(k % order_.size())];
  }
  nanoseconds due(std::uint64_t k) const {
    return nanoseconds{static_cast<std::int64_t>(static_cast<double>(k) * step_ns_)};
  }
  /// When the n-th message of one client is due.
  nanoseconds due_of(std::size_t client, std::uint64_t n) const {
    return due(n * order_.size() + place_[client]);
  }

private:
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> place_;
  double step_ns_;
};

} // namespace weft::bench
