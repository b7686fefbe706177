// The two runs with a crowd: sessions that are idle, and sessions that all come back at once.
#pragma once

#include "bin/weft_bench/crowd.hpp"
#include "bin/weft_bench/run_result.hpp"

#include <sys/types.h>

namespace weft::bench {

/// Sessions that say nothing but heartbeats.
struct idle_result {
  std::size_t clients = 0;
  double seconds = 0;
  /// Sessions that the server ended while they were watched.
  std::uint64_t lost = 0;
  /// Processor time of one session and second; resident memory that the sessions added, each.
  /// Memory is told only when all came by tokens: registering leaves memory of its own behind.
  std::optional<double> server_cpu_us_per_session_second;
  std::optional<double> server_bytes_per_session;
  std::optional<std::uint64_t> server_rss_bytes;
};

/// Everybody breaks his connection and resumes, again and again.
struct storm_result {
  std::size_t clients = 0;
  double seconds = 0;
  std::uint64_t resumes = 0;
  percentiles resume;
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  std::optional<double> server_cpu_us_per_resume;

  double rate() const { return seconds > 0 ? static_cast<double>(resumes) / seconds : 0; }
};

/// Whom to load, and whose cost to measure.
struct crowd_place {
  std::vector<net::client::server_address> servers;
  std::vector<pid_t> server_processes;
};

result<idle_result> run_idle(const crowd_settings& what, const crowd_place& where);
result<storm_result> run_storm(const crowd_settings& what, const crowd_place& where);

std::string to_json_line(const idle_result& run);
std::string to_json_line(const storm_result& run);
std::string to_text(const idle_result& run);
std::string to_text(const storm_result& run);

} // namespace weft::bench
