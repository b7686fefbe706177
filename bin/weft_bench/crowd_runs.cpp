#include "bin/weft_bench/crowd_runs.hpp"

#include "bin/weft_bench/process_usage.hpp"
#include "bin/weft_bench/token_file.hpp"

namespace weft::bench {
namespace {

using clock = std::chrono::steady_clock;

double microseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

/// What the server's processes used by now.
struct usage {
  std::chrono::nanoseconds cpu{0};
  std::uint64_t resident = 0;
};

result<usage> used_by(const std::vector<pid_t>& processes) {
  const auto cpu = cpu_time_of(processes);
  const auto resident = resident_bytes_of(processes);
  if (!cpu || !resident)
    return !cpu ? cpu.failure() : resident.failure();
  return usage{*cpu, *resident};
}

} // namespace

result<idle_result> run_idle(const crowd_settings& what, const crowd_place& where) {
  crowd people(what, where.servers);
  const auto empty = used_by(where.server_processes);
  if (!empty)
    return empty.failure();
  const bool registered_now = what.tokens.empty() || !read_tokens(what.tokens) ||
                              read_tokens(what.tokens)->size() < what.clients;
  if (const auto done = people.enrol(); !done)
    return done.failure();
  if (const auto done = people.come(); !done)
    return done.failure();
  if (const auto done = people.stay(what.settle); !done)
    return done.failure();

  people.begin_measuring();
  const auto before = used_by(where.server_processes);
  if (!before)
    return before.failure();
  const auto begin = clock::now();
  if (const auto done = people.stay(what.seconds); !done)
    return done.failure();
  const auto after = used_by(where.server_processes);
  if (!after)
    return after.failure();

  idle_result out;
  out.clients = people.size();
  out.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  out.lost = people.lost();
  if (where.server_processes.empty())
    return out;
  const auto sessions = static_cast<double>(out.clients);
  out.server_cpu_us_per_session_second =
      microseconds(after->cpu - before->cpu) / sessions / out.seconds;
  out.server_rss_bytes = after->resident;
  if (!registered_now && after->resident > empty->resident)
    out.server_bytes_per_session =
        static_cast<double>(after->resident - empty->resident) / sessions;
  return out;
}

result<storm_result> run_storm(const crowd_settings& what, const crowd_place& where) {
  crowd people(what, where.servers);
  if (const auto done = people.enrol(); !done)
    return done.failure();
  if (const auto done = people.come(); !done)
    return done.failure();

  storm_result out;
  people.begin_measuring();
  const auto before = cpu_time_of(where.server_processes);
  if (!before)
    return before.failure();
  const auto begin = clock::now();
  while (clock::now() - begin < what.seconds) {
    people.leave();
    if (const auto done = people.come(); !done)
      return done.failure();
    out.resumes += people.size();
  }
  const auto after = cpu_time_of(where.server_processes);
  if (!after)
    return after.failure();
  out.clients = people.size();
  out.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  out.resume = {static_cast<double>(people.latency().at(0.50)) / 1e3,
                static_cast<double>(people.latency().at(0.99)) / 1e3};
  out.refused = people.refused();
  out.lost = people.lost();
  if (!where.server_processes.empty())
    out.server_cpu_us_per_resume =
        microseconds(*after - *before) / static_cast<double>(out.resumes);
  return out;
}

} // namespace weft::bench
