#include "bin/weft_bench/report.hpp"

#include "bin/options/json.hpp"
#include "bin/options/table.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace weft::bench {
namespace {

/// Digits that mean something.
double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

std::string number(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::optional<double> ratio_of(const run_result& run, const std::optional<run_result>& floor) {
  if (!run.server_cpu_us || !floor || !floor->server_cpu_us || *floor->server_cpu_us == 0)
    return std::nullopt;
  return *run.server_cpu_us / *floor->server_cpu_us;
}

std::string loop_of(const traffic_settings& settings) {
  if (settings.is_open_loop())
    return number(settings.rate, 0) + " messages/s due (open loop)";
  return "window " + std::to_string(settings.window) + " (closed loop)";
}

} // namespace

std::string to_json_line(const run_result& run, const std::optional<run_result>& floor) {
  bin::json_value out{{"work", run.work},
                      {"clients", run.settings.clients},
                      {"window", run.settings.window},
                      {"messages", run.messages},
                      {"seconds", rounded(run.seconds, 3)},
                      {"rate", rounded(run.rate(), 1)},
                      {"ack_p50_us", rounded(run.ack.p50_us, 1)},
                      {"ack_p99_us", rounded(run.ack.p99_us, 1)},
                      {"deliver_p50_us", rounded(run.delivery.p50_us, 1)},
                      {"deliver_p99_us", rounded(run.delivery.p99_us, 1)},
                      {"lost", run.found.lost},
                      {"duplicated", run.found.duplicated},
                      {"out_of_order", run.found.out_of_order},
                      {"unanswered", run.unanswered},
                      {"refused", run.refused},
                      {"pulled", run.pulled},
                      {"client_cpu_us_per_message", rounded(run.client_cpu_us, 3)}};
  const bool is_floor = run.work == "floor";
  if (run.server_cpu_us && !is_floor) {
    out["server_cpu_us_per_message"] = rounded(*run.server_cpu_us, 3);
    out["server_rss_bytes"] = *run.server_rss_bytes;
  }
  if (const auto& lowest = is_floor ? std::optional{run} : floor; lowest && lowest->server_cpu_us)
    out["floor_cpu_us_per_message"] = rounded(*lowest->server_cpu_us, 3);
  if (const auto ratio = ratio_of(run, floor))
    out["floor_ratio"] = rounded(*ratio, 2);
  return bin::to_line(out);
}

std::string to_text(const run_result& run, const std::optional<run_result>& floor) {
  bin::table out({{run.work}, {"", bin::table::align::right}});
  out.add({"clients", std::to_string(run.settings.clients)});
  out.add({"traffic", loop_of(run.settings)});
  out.add({"messages", std::to_string(run.messages)});
  out.add({"seconds", number(run.seconds, 1)});
  out.add({"messages/s", number(run.rate(), 0)});
  out.add({"ack p50", number(run.ack.p50_us, 0) + " µs"});
  out.add({"ack p99", number(run.ack.p99_us, 0) + " µs"});
  out.add({"deliver p50", number(run.delivery.p50_us, 0) + " µs"});
  out.add({"deliver p99", number(run.delivery.p99_us, 0) + " µs"});
  out.add({"lost", std::to_string(run.found.lost)});
  out.add({"duplicated", std::to_string(run.found.duplicated)});
  out.add({"out of order", std::to_string(run.found.out_of_order)});
  if (run.unanswered > 0)
    out.add({"never answered", std::to_string(run.unanswered)});
  if (run.refused > 0)
    out.add({"refused, sent again", std::to_string(run.refused)});
  if (run.pulled > 0)
    out.add({"pulled from history", std::to_string(run.pulled)});
  if (run.server_cpu_us)
    out.add({run.work == "floor" ? "relay CPU/message" : "server CPU/message",
             number(*run.server_cpu_us, 2) + " µs"});
  if (run.server_rss_bytes && run.work != "floor")
    out.add({"server memory", number(static_cast<double>(*run.server_rss_bytes) / 1e6, 1) + " MB"});
  if (floor && floor->server_cpu_us)
    out.add({"floor CPU/message", number(*floor->server_cpu_us, 2) + " µs"});
  if (const auto ratio = ratio_of(run, floor))
    out.add({"ratio to the floor", number(*ratio, 1)});
  out.add({"own CPU/message", number(run.client_cpu_us, 2) + " µs"});
  return out.text();
}

} // namespace weft::bench
