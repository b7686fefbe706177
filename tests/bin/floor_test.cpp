#include "bin/weft_bench/floor_run.hpp"
#include "bin/weft_bench/process_usage.hpp"
#include "bin/weft_bench/report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

using namespace weft::bench;

namespace {

traffic_settings small_traffic() {
  traffic_settings out;
  out.clients = 6;
  out.window = 3;
  out.warmup = std::chrono::duration<double>{0.05};
  out.seconds = std::chrono::duration<double>{0.3};
  return out;
}

} // namespace

TEST_CASE("the relay delivers every message of a closed loop once and in order") {
  auto relay = floor_relay::start();
  REQUIRE(relay);
  const auto run = run_floor(small_traffic(), *relay);
  REQUIRE(run);
  CHECK(run->messages > 0);
  CHECK(run->is_sound());
  CHECK(run->ack.p99_us >= run->ack.p50_us);
  CHECK(run->delivery.p50_us > 0);
  REQUIRE(run->server_cpu_us);
  CHECK(*run->server_cpu_us > 0);
}

TEST_CASE("an open loop sends as many messages as are due, whatever the window") {
  auto relay = floor_relay::start();
  REQUIRE(relay);
  auto settings = small_traffic();
  settings.rate = 200;
  settings.window = 64;
  const auto run = run_floor(settings, *relay);
  REQUIRE(run);
  CHECK(run->is_sound());
  CHECK(run->messages > 0);
}

TEST_CASE("the same relay serves without receipts as well") {
  auto relay = floor_relay::start();
  REQUIRE(relay);
  auto settings = small_traffic();
  settings.reports = receipts::off;
  const auto run = run_floor(settings, *relay);
  REQUIRE(run);
  CHECK(run->is_sound());
}

TEST_CASE("a run is reported as one object with the fields that other programs read") {
  run_result run;
  run.work = "direct";
  run.messages = 1'000;
  run.seconds = 2;
  run.ack = {10.04, 20.06};
  run.found.lost = 3;
  run.server_cpu_us = 8;
  run.server_rss_bytes = 4'096;
  run_result floor;
  floor.server_cpu_us = 0.8;
  const auto object = nlohmann::json::parse(to_json_line(run, floor));
  CHECK(object["work"] == "direct");
  CHECK(object["clients"] == 200);
  CHECK(object["window"] == 8);
  CHECK(object["messages"] == 1'000);
  CHECK(object["rate"] == 500.0);
  CHECK(object["ack_p50_us"] == 10.0);
  CHECK(object["ack_p99_us"] == 20.1);
  CHECK(object["lost"] == 3);
  CHECK(object["duplicated"] == 0);
  CHECK(object["out_of_order"] == 0);
  CHECK(object["server_cpu_us_per_message"] == 8.0);
  CHECK(object["server_rss_bytes"] == 4'096);
  CHECK(object["floor_cpu_us_per_message"] == 0.8);
  CHECK(object["floor_ratio"] == 10.0);
  CHECK_FALSE(nlohmann::json::parse(to_json_line(run, std::nullopt)).contains("floor_ratio"));
}

TEST_CASE("processor time and memory of a process are read, a missing process is an error") {
  const auto before = cpu_time_of({::getpid()});
  REQUIRE(before);
  volatile std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < 1'000'000; ++i)
    sum = sum + i;
  const auto after = cpu_time_of({::getpid()});
  REQUIRE(after);
  CHECK(*after > *before);
  const auto memory = resident_bytes_of({::getpid()});
  REQUIRE(memory);
  CHECK(*memory > 100'000);
  // Process numbers end far below this one.
  CHECK_FALSE(cpu_time_of({1 << 30}));
  CHECK_FALSE(resident_bytes_of({1 << 30}));
}
