// What a process costs.
#pragma once

#include "storage/result.hpp"

#include <chrono>
#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace weft::bench {

/// Processor time (user and system) that these processes have used since they began, to the
/// nanosecond; `not_found` when one does not live.
result<std::chrono::nanoseconds> cpu_time_of(const std::vector<pid_t>& processes);

/// Physical memory that they use now, in bytes.
result<std::uint64_t> resident_bytes_of(const std::vector<pid_t>& processes);

} // namespace weft::bench
