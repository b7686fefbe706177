#include "bin/weft_bench/process_usage.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <time.h>
#include <unistd.h>

namespace weft::bench {
namespace {

error no_process(pid_t process) {
  return {errc::not_found, "there is no process " + std::to_string(process)};
}

} // namespace

result<std::chrono::nanoseconds> cpu_time_of(const std::vector<pid_t>& processes) {
  std::chrono::nanoseconds sum{0};
  for (const auto process : processes) {
    // The sum of utime and stime in /proc/PID/stat, which has it in hundredths of a second only.
    clockid_t clock{};
    timespec used{};
    // Of a number that is none, the clock's name is garbage.
    if (::kill(process, 0) != 0 && errno == ESRCH)
      return no_process(process);
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
      return no_process(process);
    sum += std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
  }
  return sum;
}

result<std::uint64_t> resident_bytes_of(const std::vector<pid_t>& processes) {
  std::uint64_t sum = 0;
  for (const auto process : processes) {
    std::ifstream file("/proc/" + std::to_string(process) + "/statm");
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    if (!(file >> pages >> resident))
      return no_process(process);
    sum += resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  return sum;
}

} // namespace weft::bench
