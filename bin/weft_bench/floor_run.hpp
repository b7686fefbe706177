// The same traffic through the floor.
#pragma once

#include "bin/weft_bench/floor_relay.hpp"
#include "bin/weft_bench/run_result.hpp"
#include "storage/result.hpp"

namespace weft::bench {

/// Runs the traffic through the relay; `server_cpu_us` of the result is the relay's.
result<run_result> run_floor(const traffic_settings& what, const floor_relay& relay);

} // namespace weft::bench
