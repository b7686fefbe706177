#include "net/client/dialer.hpp"
#include "net/client/frame_length.hpp"
#include "net/client/link.hpp"
#include "tests/net/client/fake_server.hpp"

#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <thread>

// Inside the namespace: outside of it `link` and `sync` are functions of the system.
namespace weft::net::client {

using boost::asio::ip::tcp;
using test::fake_server;
using test::misbehaviour;
using namespace std::chrono_literals;

namespace {

struct watched_link : link_listener {
  explicit watched_link(const std::string& address) : connection(io, *this, "test/1") {
    auto dialing = std::make_shared<dialer>(io, *parse_servers(address), 5s);
    dialing->dial(0, [this](result<std::shared_ptr<byte_stream>> bytes) {
      REQUIRE(bytes);
      connection.open(*std::move(bytes));
    });
  }

  void on_hello(const Hello& what) override {
    hello = what;
    if (!sign_in)
      return;
    ClientFrame frame;
    frame.mutable_register_()->set_name("ann");
    connection.request(frame);
  }
  void on_ack(std::uint64_t, const ack_view&) override {}
  void on_deliver(const deliver_view&) override {}
  void on_receipt(const receipt_view&) override {}
  void on_reply(const ServerFrame& frame) override { ready |= frame.has_ready(); }
  void on_push(const ServerFrame&) override {}
  void on_inbox_version(std::uint64_t) override { ++beats; }
  void on_link_closed(const close_reason& reason) override { closed = reason; }

  template <class Condition>
  bool until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!holds() && io.run_one_until(deadline) != 0) {
    }
    return holds();
  }

  boost::asio::io_context io{1};
  bool sign_in = false;
  bool ready = false;
  int beats = 0;
  std::optional<Hello> hello;
  std::optional<close_reason> closed;
  link connection;
};

/// Accepts one connection, sends it these bytes, and reads nothing until it is told to go.
struct raw_server {
  explicit raw_server(std::string bytes)
      : acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        thread([this, bytes = std::move(bytes)] {
          auto socket = acceptor.accept();
          boost::system::error_code ignored;
          boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
          go.get_future().wait();
        }) {}
  ~raw_server() {
    go.set_value();
    thread.join();
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  }

  boost::asio::io_context io{1};
  tcp::acceptor acceptor;
  std::promise<void> go;
  std::thread thread;
};

} // namespace

TEST_CASE("a link greets, and beats once it is signed in") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.heartbeat_ms = 100; });
  watched_link link(server.address());
  link.sign_in = true;
  CHECK(link.until([&] { return link.ready; }));
  CHECK(link.until([&] { return link.beats >= 3; }));
  CHECK_FALSE(link.closed);
}

TEST_CASE("a server that falls silent is given up after some heartbeats") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.heartbeat_ms = 100; });
  watched_link link(server.address());
  link.sign_in = true;
  REQUIRE(link.until([&] { return link.ready; }));
  server.script([](misbehaviour& wrong) { wrong.silent = true; });
  CHECK(link.until([&] { return link.closed.has_value(); }));
  CHECK(link.closed->why.code == errc::timeout);
}

TEST_CASE("the server's parting words are told: why, when to come back, and where") {
  fake_server server;
  watched_link link(server.address());
  REQUIRE(link.until([&] { return link.hello.has_value(); }));
  Closing words;
  words.set_code(UNAVAILABLE);
  words.set_message("this node is draining");
  words.set_reconnect_after_ms(1234);
  words.set_address("10.0.0.2:7400");
  server.cut(&words);
  CHECK(link.until([&] { return link.closed.has_value(); }));
  CHECK(link.closed->why.message == "this node is draining");
  CHECK(link.closed->reconnect_after_ms == 1234);
  CHECK(link.closed->address == "10.0.0.2:7400");
}

TEST_CASE("a frame longer than allowed ends the connection before it is taken") {
  raw_server server(std::string("\x7f\xff\xff\xff", 4));
  watched_link link(server.address());
  CHECK(link.until([&] { return link.closed.has_value(); }));
  CHECK(link.closed->why.code == errc::too_large);
}

TEST_CASE("bytes that are no frame end the connection") {
  std::string bytes;
  put_frame_length(bytes, 3);
  bytes += "\xff\xff\xff";
  raw_server server(bytes);
  watched_link link(server.address());
  CHECK(link.until([&] { return link.closed.has_value(); }));
  CHECK(link.closed->why.code == errc::corrupt);
}

TEST_CASE("a link to a peer that does not read stops taking requests instead of growing") {
  raw_server server("");
  watched_link link(server.address());
  REQUIRE(link.until([&] { return link.connection.is_open(); }));
  const std::string body(60'000, 'x');
  int taken = 0;
  while (link.connection.send({"0123456789abcdef", "", "", body}) != 0) {
    // Far above what the system and the queue hold together.
    REQUIRE(++taken < 1'000);
    link.io.poll();
    link.io.restart();
  }
  CHECK(taken > 0);
  link.connection.close();
}

} // namespace weft::net::client
