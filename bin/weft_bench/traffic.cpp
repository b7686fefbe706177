#include "bin/weft_bench/traffic.hpp"

#include <charconv>

namespace weft::bench {
namespace {

std::uint64_t nanoseconds_of(clock::duration time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

} // namespace

traffic::traffic(const traffic_settings& settings)
    : settings_(settings), body_(settings.body_bytes, 'w') {
  if (settings_.is_open_loop())
    schedule_.emplace(settings_.clients, settings_.rate, settings_.seed);
}

void traffic::begin(clock::time_point at) {
  phase_ = phase::warming;
  started_ = at;
}

void traffic::measure(clock::time_point at) {
  phase_ = phase::measuring;
  measure_begin_ = at;
}

void traffic::drain(clock::time_point at) {
  phase_ = phase::draining;
  measure_end_ = at;
}

std::string_view traffic::body_due(clock::time_point due) {
  static constexpr char digits[] = "0123456789abcdef";
  auto left = nanoseconds_of(due.time_since_epoch());
  for (std::size_t i = stamp_bytes; i-- > 0; left >>= 4)
    body_[i] = digits[left & 0xf];
  return body_;
}

void traffic::count_ack(clock::time_point due, clock::time_point now) {
  if (phase_ == phase::measuring)
    ++messages_;
  if (was_due_in_measure(due))
    ack_latency_.add(nanoseconds_of(now - due));
}

void traffic::count_delivery(std::string_view body, clock::time_point now) {
  std::uint64_t stamp = 0;
  if (body.size() != settings_.body_bytes ||
      std::from_chars(body.data(), body.data() + stamp_bytes, stamp, 16).ec != std::errc{})
    return;
  const clock::time_point due{std::chrono::nanoseconds{stamp}};
  if (was_due_in_measure(due) && now >= due)
    delivery_latency_.add(nanoseconds_of(now - due));
}

} // namespace weft::bench
