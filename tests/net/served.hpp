// A server on a free port, with scripted sessions.
#pragma once

#include "net/server.hpp"
#include "tests/net/eventually.hpp"
#include "tests/net/raw_client.hpp"
#include "tests/net/scripted_host.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace weft::testing {

/// Serves as long as it lives, then checks that nothing stayed taken.
class served {
public:
  explicit served(net::server_options options = {}) {
    options.host = "127.0.0.1";
    options.port = 0;
    auto started = net::server::start(options, host, host);
    REQUIRE(started);
    server = std::move(*started);
  }
  ~served() {
    // A test that has failed may have left it shut.
    host.script.status_gate.open();
    server->stop(std::chrono::milliseconds{200});
    CHECK(eventually([this] { return host.script.ended == host.script.started; }));
    CHECK(server->counters().connections == 0);
    CHECK(server->counters().live == 0);
    CHECK(server->counters().detached == 0);
    CHECK(server->counters().requests_in_flight_bytes == 0);
  }

  raw_client connect(int receive_buffer = 0) const {
    return raw_client{server->port(), receive_buffer};
  }

  scripted_host host;
  std::unique_ptr<net::server> server;
};

} // namespace weft::testing
