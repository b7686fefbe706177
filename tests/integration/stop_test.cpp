// What those who watch a node see of its end.
#include "tests/integration/wire_connection.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace weft::testing {

namespace {

/// Asks for the health of a node again and again on one connection, as a load balancer does.
class health_watch {
public:
  explicit health_watch(const weftd_process& node) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const auto& at = node.http();
    const auto colon = at.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoul(at.substr(colon + 1))));
    REQUIRE(::inet_pton(AF_INET, at.substr(0, colon).c_str(), &to.sin_addr) == 1);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  ~health_watch() { ::close(socket_); }
  health_watch(const health_watch&) = delete;
  health_watch& operator=(const health_watch&) = delete;

  /// The one line of the answer; empty when there is none any more.
  std::string ask() {
    constexpr std::string_view get = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    ::send(socket_, get.data(), get.size(), MSG_NOSIGNAL);
    std::string read;
    char byte = 0;
    for (;;) {
      const auto body = read.find("\r\n\r\n");
      if (body != std::string::npos && read.ends_with("\n") && read.size() > body + 4)
        return read.substr(body + 4, read.size() - body - 5);
      if (::recv(socket_, &byte, 1, 0) != 1)
        return {};
      read += byte;
    }
  }

private:
  int socket_;
};

} // namespace

TEST_CASE("a node that stops says so to health checks, however long its clients take") {
  weftd_process node;
  // A client that asks for far more than its socket takes, and reads nothing: stopping waits for
  // it.
  wire_connection slow(node, {.address = {}, .receive_bytes = 4096});
  slow.greet();
  weft::ClientFrame ask;
  ask.mutable_status();
  for (std::uint64_t i = 2; i < 300; ++i) {
    ask.set_request_id(i);
    REQUIRE(slow.write_frame(ask));
  }
  // Who comes later is served later: by then the answers wait.
  wire_connection later(node);
  later.greet();

  health_watch watch(node);
  CHECK(watch.ask() == "ok");
  node.ask_to_stop();
  std::string health = "ok";
  while (health == "ok")
    health = watch.ask();
  CHECK(health == "stopping");
  slow.close();
  CHECK(node.wait() == exit_state{});
}

} // namespace weft::testing
