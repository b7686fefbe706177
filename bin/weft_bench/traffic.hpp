// The traffic of a run: what is sent, when, and what came of it.
#pragma once

#include "bin/weft_bench/histogram.hpp"
#include "bin/weft_bench/order_check.hpp"
#include "bin/weft_bench/schedule.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace weft::bench {

using clock = std::chrono::steady_clock;

enum class receipts { on, off };

/// What a run is asked to do.
struct traffic_settings {
  std::size_t clients = 200;
  /// Messages of one client that are sent and not acknowledged. An open loop has the window that
  /// the server allows.
  std::size_t window = 8;
  /// Messages a second over all clients; 0: as fast as the window lets them (closed loop).
  double rate = 0;
  std::size_t body_bytes = 60;
  std::chrono::duration<double> warmup{1};
  std::chrono::duration<double> seconds{10};
  std::uint64_t seed = 1;
  receipts reports = receipts::on;

  bool is_open_loop() const { return rate > 0; }
};

/// A body carries when it was due, in hexadecimal, so that it is text for who reads it later.
inline constexpr std::size_t stamp_bytes = 16;

/// What all clients of a run share.
class traffic {
public:
  enum class phase { idle, warming, measuring, draining };

  explicit traffic(const traffic_settings& settings);

  const traffic_settings& settings() const { return settings_; }
  /// The most of one client that may be outstanding, from now on.
  void set_window(std::size_t window) { settings_.window = window; }
  phase now_in() const { return phase_; }
  bool is_sending() const { return phase_ == phase::warming || phase_ == phase::measuring; }
  /// Whether a message that is due then may still be sent: what was due in time and could not be
  /// sent, because the server was slow, belongs to the measurement.
  bool may_send(clock::time_point due) const {
    return is_sending() || (phase_ == phase::draining && schedule_ && due < measure_end_);
  }
  void begin(clock::time_point at);
  void measure(clock::time_point at);
  void drain(clock::time_point at);

  clock::time_point started() const { return started_; }
  clock::duration measured() const { return measure_end_ - measure_begin_; }
  const std::optional<schedule>& due_times() const { return schedule_; }

  /// A body that was due then; valid until the next call.
  std::string_view body_due(clock::time_point due);

  /// A message that was due at `due` is acknowledged.
  void count_ack(clock::time_point due, clock::time_point now);
  /// A body arrived at the other side.
  void count_delivery(std::string_view body, clock::time_point now);

  std::uint64_t messages() const { return messages_; }
  const histogram& ack_latency() const { return ack_latency_; }
  const histogram& delivery_latency() const { return delivery_latency_; }

  /// Messages that the server was too busy for and that were sent again; messages read from
  /// history because pushes were dropped; receipts that came.
  std::uint64_t refused = 0;
  std::uint64_t pulled = 0;
  std::uint64_t receipts_seen = 0;

private:
  bool was_due_in_measure(clock::time_point due) const {
    return due >= measure_begin_ && due < measure_end_;
  }

  traffic_settings settings_;
  phase phase_ = phase::idle;
  clock::time_point started_;
  clock::time_point measure_begin_ = clock::time_point::max();
  clock::time_point measure_end_ = clock::time_point::max();
  std::optional<schedule> schedule_;
  std::string body_;
  std::uint64_t messages_ = 0;
  histogram ack_latency_;
  histogram delivery_latency_;
};

} // namespace weft::bench
