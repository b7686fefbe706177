// What a client of TLS accepts, and what it says when it does not.
#include "net/client/client.hpp"
#include "net/client/dialer.hpp"
#include "net/client/link.hpp"
#include "net/client/trust.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/net/client/tls_server.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <optional>

// Inside the namespace: outside of it `link` is a function of the system.
namespace weft::net::client {

using namespace std::chrono_literals;
using test::fake_server;
using test::tls_server;
using testing::temporary_directory;
using testing::test_authority;

namespace {

struct authority_of_test {
  temporary_directory folder;
  test_authority authority{folder.path()};

  protection trusted() const {
    auto loaded = trust::load(authority.file());
    REQUIRE(loaded);
    return {true, *loaded};
  }
};

/// What comes of dialing these servers.
result<std::shared_ptr<byte_stream>> dial(boost::asio::io_context& io,
                                          const std::vector<server_address>& servers) {
  std::optional<result<std::shared_ptr<byte_stream>>> outcome;
  const auto dialing = std::make_shared<dialer>(io, servers, 20s);
  dialing->dial(0, [&](result<std::shared_ptr<byte_stream>> what) { outcome = std::move(what); });
  while (!outcome)
    io.run_one();
  return *std::move(outcome);
}

error refusal_of(const std::string& address, const protection& by) {
  boost::asio::io_context io{1};
  const auto outcome = dial(io, *parse_servers(address, by));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.failure().message.find('\n') == std::string::npos);
  return outcome.failure();
}

client connected_to(const std::string& address, const protection& by) {
  return client({*parse_servers(address, by), 20s});
}

/// Greets, then takes what is pushed.
struct echoing_link : link_listener {
  echoing_link(std::shared_ptr<byte_stream> bytes, boost::asio::io_context& by)
      : io(by), connection(by, *this, "test/1") {
    connection.open(std::move(bytes));
  }
  void on_hello(const Hello&) override { greeted = true; }
  void on_ack(std::uint64_t, const ack_view&) override {}
  void on_deliver(const deliver_view& what) override {
    what.for_each_event([this](const event_view& event) { echoed += event.body.size(); });
  }
  void on_receipt(const receipt_view&) override {}
  void on_reply(const ServerFrame&) override {}
  void on_push(const ServerFrame& frame) override {
    for (const auto& event : frame.deliver().events())
      echoed += event.message().body().size();
  }
  void on_inbox_version(std::uint64_t) override {}
  void on_link_closed(const close_reason& reason) override { closed = reason; }

  template <class Condition>
  bool until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!holds() && io.run_one_until(deadline) != 0) {
    }
    return holds();
  }

  boost::asio::io_context& io;
  bool greeted = false;
  std::size_t echoed = 0;
  std::optional<close_reason> closed;
  link connection;
};

} // namespace

TEST_CASE("a server whose certificate is for its name or address is trusted, in both versions") {
  authority_of_test of;
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_server server(of.authority.issue("server"), {version, version, false});
    for (const auto* host : {"127.0.0.1", "localhost"}) {
      auto connection = connected_to(server.address(host), of.trusted());
      CHECK(connection.connect());
    }
  }
}

TEST_CASE("a certificate alone in the file of authorities is trusted as it is") {
  authority_of_test of;
  const auto issued = of.authority.issue("server");
  tls_server server(issued);
  const auto itself = trust::load(issued.chain);
  REQUIRE(itself);
  CHECK(connected_to(server.address(), {true, *itself}).connect());
}

TEST_CASE("an unknown authority is named, with what to do") {
  authority_of_test of;
  test_authority other{of.folder.path(), "Other Authority"};
  tls_server server(other.issue("server"));
  for (const auto& by : {of.trusted(), protection{true, nullptr}}) {
    const auto why = refusal_of(server.address(), by);
    CHECK(why.code == errc::untrusted);
    CHECK(why.message == "cannot trust " + server.address() +
                             ": its certificate is signed by an unknown authority, 'Other "
                             "Authority': give the file of the authority to trust with --ca FILE");
  }
}

TEST_CASE("an authority that only bears a trusted one's name is unknown") {
  authority_of_test of;
  const temporary_directory elsewhere;
  test_authority impostor{elsewhere.path()};
  tls_server server(impostor.issue("server"));
  const auto why = refusal_of(server.address(), of.trusted());
  CHECK(why.code == errc::untrusted);
  CHECK(why.message.find("unknown authority") != std::string::npos);
}

TEST_CASE("a certificate for other names is refused, and its names are said") {
  authority_of_test of;
  test_authority::wish wish;
  wish.names = {"chat.example.org", "www.example.org"};
  tls_server server(of.authority.issue("server", wish));
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    const auto why = refusal_of(server.address(host), of.trusted());
    CHECK(why.code == errc::untrusted);
    CHECK(why.message == "cannot trust " + server.address(host) +
                             ": its certificate is for chat.example.org, www.example.org, not "
                             "for " +
                             host + ": use a name that it has");
  }
  wish.names.clear();
  tls_server nameless(of.authority.issue("localhost", wish));
  CHECK(refusal_of(nameless.address("localhost"), of.trusted()).message.find("is for no host") !=
        std::string::npos);
}

TEST_CASE("a certificate whose time is over or has not come is refused, and the time is said") {
  authority_of_test of;
  test_authority::wish wish;
  wish.from = -48h;
  wish.until = -24h;
  tls_server past(of.authority.issue("past", wish));
  const auto over = refusal_of(past.address(), of.trusted());
  CHECK(over.code == errc::untrusted);
  CHECK(over.message.find("its certificate expired on 20") != std::string::npos);
  CHECK(over.message.find(" UTC: its operator must renew it") != std::string::npos);
  wish.from = 24h;
  wish.until = 48h;
  tls_server future(of.authority.issue("future", wish));
  const auto early = refusal_of(future.address(), of.trusted());
  CHECK(early.code == errc::untrusted);
  CHECK(early.message.find("its certificate is not valid before 20") != std::string::npos);
  CHECK(early.message.find("check the clock") != std::string::npos);
}

TEST_CASE("a server that speaks no TLS is told from one that is not trusted") {
  // Answers what it does not understand, as weftd does.
  boost::asio::io_context io;
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  std::thread answering([&] {
    auto socket = acceptor.accept();
    boost::system::error_code ignored;
    boost::asio::write(socket, boost::asio::buffer(std::string("\0\0\0\5hello", 9)), ignored);
    char byte = 0;
    while (socket.read_some(boost::asio::buffer(&byte, 1), ignored) > 0) {
    }
  });
  const auto address = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  const auto why = refusal_of("tls://" + address, {});
  answering.join();
  CHECK(why.code == errc::bad_version);
  CHECK(why.message == address + " does not speak TLS: without TLS its address is written tcp://" +
                           address + ", and all can be read on the way");
}

TEST_CASE("a server that speaks only old versions of TLS is refused") {
  authority_of_test of;
  tls_server server(of.authority.issue("server"), {TLS1_1_VERSION, TLS1_1_VERSION, false});
  const auto why = refusal_of(server.address(), of.trusted());
  CHECK(why.code == errc::bad_version);
  CHECK(why.message == server.address() + " speaks neither TLS 1.2 nor 1.3");
}

TEST_CASE("a server that closes instead of shaking hands is said to have closed") {
  authority_of_test of;
  tls_server server(of.authority.issue("server"), {TLS1_2_VERSION, TLS1_3_VERSION, true});
  const auto why = refusal_of(server.address(), of.trusted());
  CHECK(why.code == errc::unavailable);
  CHECK(why.message.starts_with("the TLS handshake with " + server.address() + " failed: "));
}

TEST_CASE("a client in the clear at a port of TLS is told to try TLS, soon") {
  authority_of_test of;
  tls_server server(of.authority.issue("server"));
  auto plain = connected_to("127.0.0.1:" + std::to_string(server.port()), {});
  const auto outcome = plain.connect();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.failure().message.find("it may want TLS: try --tls") != std::string::npos);
  CHECK(server.accepted() <= 3);
}

TEST_CASE("a refusal ends the first attempt at once") {
  authority_of_test of;
  test_authority other{of.folder.path(), "Other Authority"};
  tls_server server(other.issue("server"));
  auto connection = connected_to(server.address(), of.trusted());
  const auto outcome = connection.connect();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.failure().code == errc::untrusted);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a server that cannot be trusted leaves the turn to the next one") {
  authority_of_test of;
  test_authority other{of.folder.path(), "Other Authority"};
  tls_server wrong(other.issue("wrong"));
  tls_server right(of.authority.issue("right"));
  auto connection = connected_to(wrong.address() + "," + right.address(), of.trusted());
  CHECK(connection.connect());
  CHECK(right.greeted() == 1);
}

TEST_CASE("each connection resumes the session of the one before") {
  authority_of_test of;
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_server server(of.authority.issue("server"), {version, version, false});
    const auto by = of.trusted();
    for (int i = 0; i < 4; ++i) {
      auto connection = connected_to(server.address(), by);
      REQUIRE(connection.connect());
    }
    CHECK(server.resumed() == 3);
  }
}

TEST_CASE("bursts larger than what the kernel holds go both ways") {
  authority_of_test of;
  tls_server server(of.authority.issue("server"));
  boost::asio::io_context io{1};
  auto bytes = dial(io, *parse_servers(server.address(), of.trusted()));
  REQUIRE(bytes);
  CHECK((*bytes)->is_encrypted());
  echoing_link echo(*std::move(bytes), io);
  REQUIRE(echo.until([&] { return echo.greeted; }));
  const std::string body(60'000, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 40; ++i)
    sent += echo.connection.send({"0123456789abcdef", "", "", body}) != 0 ? body.size() : 0;
  CHECK(sent == 40 * body.size());
  CHECK(echo.until([&] { return echo.echoed >= sent; }));
  CHECK_FALSE(echo.closed);
}

TEST_CASE("a file of authorities that cannot be used is named") {
  const temporary_directory folder;
  const auto none = trust::load(folder.path() / "none");
  REQUIRE_FALSE(none);
  CHECK(none.failure().message == "cannot use the authorities of " +
                                      (folder.path() / "none").string() +
                                      ": No such file or directory");
  std::ofstream(folder.path() / "garbage") << "no PEM\n";
  const auto garbage = trust::load(folder.path() / "garbage");
  REQUIRE_FALSE(garbage);
  CHECK(garbage.failure().message.find("no certificate in PEM") != std::string::npos);
}

TEST_CASE("an address says how its server is spoken to, or takes what holds otherwise") {
  const auto mixed = parse_servers("tls://a:1,tcp://b:2,c:3,tls://[::1]:4");
  REQUIRE(mixed);
  CHECK(((*mixed)[0].by.tls && (*mixed)[3].by.tls));
  CHECK_FALSE(((*mixed)[1].by.tls || (*mixed)[2].by.tls));
  CHECK(to_text((*mixed)[0]) == "tls://a:1");
  CHECK(to_text((*mixed)[2]) == "c:3");
  CHECK(to_text((*mixed)[3]) == "tls://[::1]:4");
  authority_of_test of;
  const auto by = of.trusted();
  const auto secure = parse_servers("a:1,tcp://b:2", by);
  REQUIRE(secure);
  CHECK((*secure)[0].by == by);
  CHECK((*secure)[1].by == protection{});
  CHECK_FALSE(parse_servers("http://a:1"));
  CHECK_FALSE(parse_servers("tls://"));
}

} // namespace weft::net::client
