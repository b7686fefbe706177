// How long to wait before the next try.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace weft::net::client {

/// Doubling delays, each drawn from the upper half of its span so that clients which failed
/// together do not come back together.
class backoff {
public:
  using milliseconds = std::chrono::milliseconds;

  explicit backoff(milliseconds first = milliseconds{100}, milliseconds most = milliseconds{5'000})
      : first_(first), most_(most), span_(first) {}

  /// The delay before the next try.
  milliseconds next(std::minstd_rand& random) {
    std::uniform_int_distribution<std::int64_t> drawn(span_.count() / 2, span_.count());
    const milliseconds delay{drawn(random)};
    span_ = std::min(span_ * 2, most_);
    return delay;
  }

  /// After a success.
  void reset() { span_ = first_; }

private:
  milliseconds first_;
  milliseconds most_;
  milliseconds span_;
};

} // namespace weft::net::client
