// How runs with a crowd are told.
#include "bin/options/json.hpp"
#include "bin/options/table.hpp"
#include "bin/weft_bench/crowd_runs.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace weft::bench {
namespace {

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

std::string number(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

bin::table two_columns(const char* title) {
  return bin::table({{title}, {"", bin::table::align::right}});
}

} // namespace

std::string to_json_line(const idle_result& run) {
  bin::json_value out{{"work", "idle"},
                      {"clients", run.clients},
                      {"seconds", rounded(run.seconds, 3)},
                      {"lost", run.lost}};
  if (run.server_cpu_us_per_session_second)
    out["server_cpu_us_per_session_second"] = rounded(*run.server_cpu_us_per_session_second, 3);
  if (run.server_bytes_per_session)
    out["server_bytes_per_session"] = rounded(*run.server_bytes_per_session, 0);
  if (run.server_rss_bytes)
    out["server_rss_bytes"] = *run.server_rss_bytes;
  return bin::to_line(out);
}

std::string to_json_line(const storm_result& run) {
  bin::json_value out{{"work", "storm"},
                      {"clients", run.clients},
                      {"resumes", run.resumes},
                      {"seconds", rounded(run.seconds, 3)},
                      {"rate", rounded(run.rate(), 1)},
                      {"resume_p50_us", rounded(run.resume.p50_us, 1)},
                      {"resume_p99_us", rounded(run.resume.p99_us, 1)},
                      {"refused", run.refused},
                      {"lost", run.lost}};
  if (run.server_cpu_us_per_resume)
    out["server_cpu_us_per_resume"] = rounded(*run.server_cpu_us_per_resume, 1);
  return bin::to_line(out);
}

std::string to_text(const idle_result& run) {
  auto out = two_columns("idle");
  out.add({"sessions", std::to_string(run.clients)});
  out.add({"seconds", number(run.seconds, 1)});
  out.add({"sessions lost", std::to_string(run.lost)});
  if (run.server_cpu_us_per_session_second)
    out.add({"server CPU/session and second",
             number(*run.server_cpu_us_per_session_second, 2) + " µs"});
  if (run.server_bytes_per_session)
    out.add({"server memory/session", number(*run.server_bytes_per_session, 0) + " bytes"});
  if (run.server_rss_bytes)
    out.add({"server memory", number(static_cast<double>(*run.server_rss_bytes) / 1e6, 1) + " MB"});
  return out.text();
}

std::string to_text(const storm_result& run) {
  auto out = two_columns("storm");
  out.add({"clients", std::to_string(run.clients)});
  out.add({"resumes", std::to_string(run.resumes)});
  out.add({"seconds", number(run.seconds, 1)});
  out.add({"resumes/s", number(run.rate(), 0)});
  out.add({"resume p50", number(run.resume.p50_us, 0) + " µs"});
  out.add({"resume p99", number(run.resume.p99_us, 0) + " µs"});
  out.add({"refused, came again", std::to_string(run.refused)});
  out.add({"sessions lost", std::to_string(run.lost)});
  if (run.server_cpu_us_per_resume)
    out.add({"server CPU/resume", number(*run.server_cpu_us_per_resume, 1) + " µs"});
  return out.text();
}

} // namespace weft::bench
