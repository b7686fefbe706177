// Sessions that are silent, and sessions whose connection is gone.
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

namespace {

net::server_options expiring_after(std::chrono::milliseconds time) {
  net::server_options out;
  out.limits.session_expiry = time;
  return out;
}

} // namespace

TEST_CASE("a session of which nothing is heard is told so, and so is its client") {
  served with{expiring_after(400ms)};
  auto client = with.connect();
  client.sign_in();
  CHECK(client.receive()->closing().code() == TIMEOUT);
  CHECK(client.is_closed());
  CHECK(eventually([&] { return with.host.script.expired == 1; }));
  CHECK(eventually([&] { return with.server->counters().live == 0; }));
}

TEST_CASE("heartbeats keep a session alive") {
  served with{expiring_after(2000ms)};
  auto client = with.connect();
  client.sign_in();
  std::vector<raw_client> silent;
  std::uint64_t request = 10;
  // For twice as long as a silent session lives.
  for (auto ended = 1; ended <= 2; ++ended) {
    silent.push_back(with.connect());
    silent.back().sign_in();
    CHECK(eventually([&] {
      client.send(heartbeat_frame(++request));
      const auto beat = client.receive();
      return !beat || !beat->has_heartbeat_ack() || with.host.script.expired == ended;
    }));
    CHECK(with.host.script.expired == ended);
  }
  client.send(send_frame(5));
  CHECK(client.receive()->has_ack());
}

TEST_CASE("a dropped connection detaches its session, which expires at its heartbeat deadline") {
  served with{expiring_after(500ms)};
  auto client = with.connect();
  client.sign_in();
  client.close();
  CHECK(eventually([&] { return with.host.script.detached == 1; }));
  CHECK(with.server->counters().connections == 0);
  CHECK(with.host.script.ended == 0);
  CHECK(eventually([&] { return with.host.script.expired == 1; }));
  CHECK(eventually([&] { return with.server->counters().detached == 0; }));
}

TEST_CASE("a client that only stops sending is taken for gone") {
  served with;
  auto client = with.connect();
  client.sign_in();
  client.finish_sending();
  CHECK(client.is_closed());
  CHECK(eventually([&] { return with.host.script.detached == 1; }));
}

TEST_CASE("a connection that drops while it signs in leaves no session") {
  served with;
  auto client = with.connect();
  client.hello();
  client.send(login_frame(2, "silent password"));
  CHECK(eventually([&] { return with.host.script.started == 1; }));
  client.close();
  CHECK(eventually([&] { return with.host.script.ended == 1; }));
  CHECK(with.host.script.expired == 1);
}

TEST_CASE("requests in flight when a connection drops give their bytes back") {
  served with;
  auto client = with.connect();
  client.sign_in();
  with.host.script.holds_sends = true;
  for (std::uint64_t i = 1; i <= 5; ++i)
    client.send(send_frame(i));
  CHECK(eventually([&] { return with.host.script.requests == 5; }));
  CHECK(with.server->counters().requests_in_flight_bytes > 0);
  client.close();
  CHECK(eventually([&] { return with.server->counters().requests_in_flight_bytes == 0; }));
  with.host.script.holds_sends = false;
}

TEST_CASE("no more sessions stay detached than there may be connections") {
  net::server_options options;
  options.connections_max = 3;
  served with{options};
  for (auto i = 0; i < 6; ++i) {
    auto client = with.connect();
    CHECK(client.sign_in().has_ready());
    client.close();
    CHECK(eventually([&] { return with.server->counters().connections == 0; }));
  }
  CHECK(with.server->counters().detached == 3);
  CHECK(eventually([&] { return with.host.script.expired == 3; }));
}
