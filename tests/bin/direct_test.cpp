// The load generator against a server that does what it is told.
#include "bin/weft_bench/direct_client.hpp"
#include "bin/weft_bench/direct_run.hpp"
#include "net/client/server_address.hpp"
#include "tests/net/client/fake_server.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>

using namespace weft;
using namespace weft::bench;
using weft::net::client::parse_servers;
using weft::net::client::test::fake_server;
using weft::net::client::test::misbehaviour;
using namespace std::chrono_literals;

namespace {

/// Two clients that write to each other.
struct two_clients : direct_listener {
  explicit two_clients(const fake_server& server) : shared(settings()) {
    for (auto* each : {&first, &second})
      each->enrol(*parse_servers(server.address()));
    REQUIRE(until([this] { return ready == 2; }));
    first.meet(second.user());
    second.meet(first.user());
  }

  static traffic_settings settings() {
    traffic_settings out;
    out.clients = 2;
    out.window = 1;
    return out;
  }

  void on_ready(std::size_t) override { ++ready; }
  void on_failed(std::size_t, const error& why) override { failed = why; }

  template <class Condition>
  bool until(const Condition& holds) {
    const auto deadline = clock::now() + 20s;
    while (!holds() && !failed && io.run_one_until(deadline) != 0) {
    }
    return holds();
  }

  boost::asio::io_context io{1};
  traffic shared;
  std::size_t ready = 0;
  std::optional<error> failed;
  direct_client first{io, *this, shared, 0, "first"};
  direct_client second{io, *this, shared, 1, "second"};
};

traffic_settings short_traffic() {
  traffic_settings out;
  out.clients = 2;
  out.warmup = std::chrono::duration<double>{0.02};
  out.seconds = std::chrono::duration<double>{0.1};
  return out;
}

} // namespace

TEST_CASE("a history that the server is too busy for is asked for again") {
  fake_server server;
  two_clients both(server);
  server.script([](misbehaviour& wrong) {
    wrong.lose_pushes = 1;
    wrong.refuse[ClientFrame::kHistory] = 2;
    wrong.refusal.set_code(OVERLOADED);
    wrong.refusal.set_retry_after_ms(1);
  });
  both.shared.begin(clock::now());
  both.first.send_due(clock::now());
  both.shared.drain(clock::now());
  REQUIRE(both.until([&] { return both.first.outstanding() == 0; }));
  CHECK(both.second.order().complete() == 0);
  both.second.pull();
  CHECK(both.until([&] { return both.second.order().complete() == 1; }));
  CHECK_FALSE(both.failed);
}

TEST_CASE("a window that the server does not allow is refused, not made smaller in silence") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.requests_max = 16; });
  auto asked = short_traffic();
  asked.window = 17;
  const auto run = run_direct(asked, {*parse_servers(server.address()), {}});
  REQUIRE_FALSE(run);
  CHECK(run.failure().code == errc::too_large);
  CHECK(run.failure().message.find("--window 16") != std::string::npos);
  asked.window = 16;
  const auto allowed = run_direct(asked, {*parse_servers(server.address()), {}});
  REQUIRE(allowed);
  CHECK(allowed->settings.window == 16);
  CHECK(allowed->is_sound());
}

TEST_CASE("an open loop reports the window that it had, for the floor to have the same") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.requests_max = 16; });
  auto asked = short_traffic();
  asked.rate = 100;
  const auto run = run_direct(asked, {*parse_servers(server.address()), {}});
  REQUIRE(run);
  CHECK(run->settings.window == 16);
  CHECK(run->is_sound());
}
