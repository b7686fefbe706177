// A run of direct messages against a server: enrol, warm up, measure, drain, check.
#pragma once

#include "bin/weft_bench/run_result.hpp"
#include "bin/weft_bench/traffic.hpp"
#include "net/client/server_address.hpp"
#include "storage/result.hpp"

#include <sys/types.h>
#include <vector>

namespace weft::bench {

/// Whom to load, and whose cost to measure.
struct direct_settings {
  std::vector<net::client::server_address> servers;
  std::vector<pid_t> server_processes;
};

/// Runs to the end; a failure means that there is no measurement: `too_large` when the server does
/// not allow the window. The result's settings are those in effect.
result<run_result> run_direct(const traffic_settings& what, const direct_settings& where);

} // namespace weft::bench
