// What a run found.
#pragma once

#include "bin/weft_bench/order_check.hpp"
#include "bin/weft_bench/traffic.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace weft::bench {

/// Latencies of one kind, in microseconds.
struct percentiles {
  double p50_us = 0;
  double p99_us = 0;
};

struct run_result {
  std::string work;
  traffic_settings settings;
  /// Messages acknowledged while measuring, and for how long that was.
  std::uint64_t messages = 0;
  double seconds = 0;
  percentiles ack;
  percentiles delivery;
  faults found;
  /// Sends that were never answered.
  std::uint64_t unanswered = 0;
  std::uint64_t refused = 0;
  std::uint64_t pulled = 0;
  /// Processor time per message: of this program; of the server's processes, if they were named.
  double client_cpu_us = 0;
  std::optional<double> server_cpu_us;
  std::optional<std::uint64_t> server_rss_bytes;

  double rate() const { return seconds > 0 ? static_cast<double>(messages) / seconds : 0; }
  bool is_sound() const { return found.total() == 0 && unanswered == 0; }
};

/// What a run's traffic came to; the rest is left for the caller.
run_result result_of(const std::string& work, const traffic& shared);

} // namespace weft::bench
