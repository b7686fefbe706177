// Health and status over HTTP.
#include "net/http.hpp"
#include "tests/net/eventually.hpp"
#include "tests/net/own_address.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

namespace {

/// A blocking connection that speaks whatever it is given.
class http_client {
public:
  explicit http_client(std::uint16_t port, in_addr host = {htonl(INADDR_LOOPBACK)})
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr = host;
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  ~http_client() { ::close(socket_); }
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  void send(std::string_view text) {
    REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  /// What comes until the server closes.
  std::string read_all() {
    std::string out;
    char bytes[4096];
    for (;;) {
      const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0)
        return count == 0 || errno == ECONNRESET ? out : out + "(silence)";
      out.append(bytes, static_cast<std::size_t>(count));
    }
  }
  /// What comes until there is this much of it.
  std::string read_until(std::string_view end) {
    std::string out;
    char byte = 0;
    while (out.find(end) == std::string::npos && ::recv(socket_, &byte, 1, 0) == 1)
      out += byte;
    return out;
  }

private:
  int socket_;
};

struct http_served {
  explicit http_served(net::http_options options = {}) {
    options.host = "127.0.0.1";
    options.port = 0;
    auto started = net::http_server::start(options, [this] {
      Status out;
      std::lock_guard guard{mutex};
      auto& node = *out.add_nodes();
      node.set_state(state);
      node.set_connections(12);
      return out;
    });
    REQUIRE(started);
    server = std::move(*started);
  }

  std::string get(const std::string& path, const std::string& verb = "GET") const {
    http_client client{server->port()};
    client.send(verb + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.read_all();
  }

  std::mutex mutex;
  std::string state = "serving";
  std::unique_ptr<net::http_server> server;
};

bool begins(const std::string& text, std::string_view with) {
  return text.compare(0, with.size(), with) == 0;
}

bool has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("health is ok while the node serves, and says why not otherwise") {
  http_served with;
  auto health = with.get("/health");
  CHECK(begins(health, "HTTP/1.1 200 "));
  CHECK(has(health, "\r\n\r\nok\n"));
  for (const std::string state : {"read_only", "stopping"}) {
    {
      std::lock_guard guard{with.mutex};
      with.state = state;
    }
    health = with.get("/health");
    CHECK(begins(health, "HTTP/1.1 503 "));
    CHECK(has(health, "\r\n\r\n" + state + "\n"));
  }
}

TEST_CASE("status is JSON") {
  http_served with;
  const auto status = with.get("/status");
  CHECK(begins(status, "HTTP/1.1 200 "));
  CHECK(has(status, "application/json"));
  CHECK(has(status, R"("connections":"12")"));
  CHECK(has(status, R"("state":"serving")"));
}

TEST_CASE("status is shown to this machine at its address in the network, too: HTTP") {
  const auto address = own_address();
  if (!address) {
    MESSAGE("this machine has no other address than that of its loopback");
    return;
  }
  net::http_options options;
  options.host = "0.0.0.0";
  options.port = 0;
  const auto server = net::http_server::start(options, [] { return Status{}; });
  REQUIRE(server);
  http_client client{(*server)->port(), *address};
  client.send("GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(begins(client.read_all(), "HTTP/1.1 200 "));
}

TEST_CASE("anything else is not found") {
  http_served with;
  CHECK(begins(with.get("/"), "HTTP/1.1 404 "));
  CHECK(begins(with.get("/health/"), "HTTP/1.1 404 "));
  CHECK(begins(with.get("/status", "POST"), "HTTP/1.1 404 "));
  CHECK(begins(with.get("/../../etc/passwd"), "HTTP/1.1 404 "));
}

TEST_CASE("a connection may be used again") {
  http_served with;
  http_client client{with.server->port()};
  for (auto i = 0; i < 3; ++i) {
    client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(begins(client.read_until("ok\n"), "HTTP/1.1 200 "));
  }
}

TEST_CASE("what is no request is closed") {
  http_served with;
  const std::vector<std::string> bad{
      "\x16\x03\x01garbage\r\n\r\n",
      "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      "GET /health HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n",
  };
  for (const auto& each : bad) {
    http_client client{with.server->port()};
    client.send(each);
    CHECK(client.read_all().empty());
  }
  CHECK(begins(with.get("/health"), "HTTP/1.1 200 "));
}

TEST_CASE("a request that does not come to an end is closed in time") {
  net::http_options options;
  options.patience = 300ms;
  http_served with{options};
  http_client client{with.server->port()};
  client.send("GET /health HTT");
  CHECK(client.read_all().empty());
}

TEST_CASE("only so many HTTP connections are open at once") {
  net::http_options options;
  options.connections_max = 3;
  http_served with{options};
  std::vector<std::unique_ptr<http_client>> open;
  for (auto i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<http_client>(with.server->port()));
    open.back()->send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(begins(open.back()->read_until("ok\n"), "HTTP/1.1 200 "));
  }
  {
    http_client extra{with.server->port()};
    CHECK(extra.read_all().empty());
  }
  open.clear();
  CHECK(eventually([&] { return begins(with.get("/health"), "HTTP/1.1 200 "); }));
}

TEST_CASE("an HTTP port that is taken is reported in one line") {
  http_served with;
  net::http_options options;
  options.host = "127.0.0.1";
  options.port = with.server->port();
  const auto second = net::http_server::start(options, [] { return Status{}; });
  REQUIRE_FALSE(second);
  CHECK(second.failure().message == "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                                        ": another program uses this port");
}
