// A server of TLS that greets and no more: for what a client thinks of its server.
#pragma once

#include "net/tls/openssl.hpp"
#include "tests/support/test_authority.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <string>
#include <thread>

namespace weft::net::client::test {

/// Serves one connection after the other on a thread of its own, until it goes. Sends back as a
/// push whatever a client sends after its hello.
class tls_server {
public:
  struct settings {
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    /// Closes each connection as soon as it is accepted.
    bool closes_at_once = false;
  };
  explicit tls_server(const weft::testing::test_authority::issued& certificate)
      : tls_server(certificate, settings{}) {}
  tls_server(const weft::testing::test_authority::issued& certificate, settings how);
  ~tls_server();
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;

  unsigned short port() const { return acceptor_.local_endpoint().port(); }
  /// Where it listens, seen as this host.
  std::string address(const std::string& host = "127.0.0.1") const {
    return "tls://" + host + ":" + std::to_string(port());
  }
  std::size_t accepted() const { return accepted_; }
  std::size_t greeted() const { return greeted_; }
  std::size_t resumed() const { return resumed_; }

private:
  void run();
  void serve(int socket);

  settings how_;
  net::ssl_context_handle context_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::size_t> greeted_{0};
  std::atomic<std::size_t> resumed_{0};
  std::atomic<bool> is_stopping_{false};
  std::atomic<int> current_{-1};
  std::thread thread_;
};

} // namespace weft::net::client::test
