// Hello, signing in, and what comes too early or too late.
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

TEST_CASE("Hello is answered with the version, the clock and the limits") {
  net::server_options options;
  options.software = "weftd/test";
  options.limits.session_requests_max = 77;
  served with{options};
  auto client = with.connect();
  const auto hello = client.hello();
  CHECK(hello.request_id() == 1);
  CHECK(hello.hello().version() == 1);
  CHECK(hello.hello().server() == "weftd/test");
  CHECK(hello.hello().time_ms() > 1'600'000'000'000);
  CHECK(hello.hello().heartbeat_interval_ms() == 10'000);
  CHECK(hello.hello().session_expiry_ms() == 60'000);
  CHECK(hello.hello().sign_in_within_ms() == 10'000);
  CHECK(hello.hello().body_bytes_max() == 64u << 10);
  CHECK(hello.hello().frame_bytes_max() == 96u << 10);
  CHECK(hello.hello().requests_in_flight_max() == 77);
  CHECK(hello.hello().history_page_max() == 200);
  CHECK(hello.hello().inbox_page_max() == 100);
  CHECK(hello.hello().operation_window_ms() == 7u * 24 * 3'600'000);
}

TEST_CASE("a client whose versions include the server's is served, another is told and closed") {
  served with;
  auto wide = with.connect();
  wide.send(hello_frame(1, 1, 9));
  CHECK(wide.receive()->hello().version() == 1);
  for (const auto& [low, high] : {std::pair{2u, 3u}, std::pair{0u, 0u}}) {
    auto other = with.connect();
    other.send(hello_frame(1, low, high));
    const auto closing = other.receive();
    REQUIRE(closing);
    CHECK(closing->closing().code() == BAD_VERSION);
    CHECK(other.is_closed());
  }
}

TEST_CASE("before Hello nothing else is served, and the connection stays") {
  served with;
  auto client = with.connect();
  ClientFrame locate;
  locate.set_request_id(4);
  locate.mutable_locate();
  for (const auto& early : {login_frame(5), send_frame(6), heartbeat_frame(7), locate}) {
    client.send(early);
    const auto reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->request_id() == early.request_id());
    CHECK(reply->error().code() == BAD_REQUEST);
  }
  CHECK(client.hello().has_hello());
  CHECK(with.host.script.started == 0);
}

TEST_CASE("a second Hello is an error, and the connection stays") {
  served with;
  auto client = with.connect();
  client.hello();
  client.send(hello_frame(2));
  CHECK(client.receive()->error().code() == BAD_REQUEST);
  client.send(login_frame(3));
  CHECK(client.receive()->has_ready());
}

TEST_CASE("requests before signing in are refused one by one, and the connection stays") {
  served with;
  auto client = with.connect();
  client.hello();
  for (const auto& early : {send_frame(5), history_frame(6), heartbeat_frame(7)}) {
    client.send(early);
    const auto reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->request_id() == early.request_id());
    CHECK(reply->error().code() == NOT_SIGNED_IN);
    CHECK(reply->error().outcome() == NOTHING_WRITTEN);
  }
  client.send(login_frame(8));
  CHECK(client.receive()->ready().user_id() != 0);
}

TEST_CASE("signing in is answered with Ready, and requests are served from then on") {
  served with;
  auto client = with.connect();
  const auto ready = client.sign_in();
  CHECK(ready.request_id() == 2);
  CHECK(ready.ready().name() == "ann");
  CHECK(ready.ready().token() == "token");
  CHECK(eventually([&] { return with.server->counters().live == 1; }));
  client.send(send_frame(3));
  const auto ack = client.receive();
  CHECK(ack->request_id() == 3);
  CHECK(ack->ack().seq() == 1);
}

TEST_CASE("a second sign-in on a connection is an error, and the first session goes on") {
  served with;
  auto client = with.connect();
  client.sign_in();
  client.send(login_frame(3));
  CHECK(client.receive()->error().code() == BAD_REQUEST);
  client.send(send_frame(4));
  CHECK(client.receive()->has_ack());
  CHECK(with.host.script.started == 1);
}

TEST_CASE("while a sign-in is under way another one is an error, and requests are too early") {
  served with;
  auto client = with.connect();
  client.hello();
  client.send(login_frame(2, "silent password"));
  client.send(login_frame(3));
  CHECK(client.receive()->error().code() == BAD_REQUEST);
  client.send(send_frame(4));
  CHECK(client.receive()->error().code() == NOT_SIGNED_IN);
  CHECK(with.host.script.started == 1);
}

TEST_CASE("a failed sign-in may be tried again, five times in all") {
  served with;
  auto client = with.connect();
  client.hello();
  for (std::uint64_t i = 1; i <= 5; ++i) {
    client.send(login_frame(i, "wrong password"));
    const auto reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->request_id() == i);
    CHECK(reply->error().code() == BAD_CREDENTIALS);
  }
  const auto closing = client.receive();
  REQUIRE(closing);
  CHECK(closing->closing().code() == BAD_CREDENTIALS);
  CHECK(client.is_closed());

  auto other = with.connect();
  other.hello();
  for (std::uint64_t i = 1; i <= 4; ++i) {
    other.send(login_frame(i, "wrong password"));
    CHECK(other.receive()->has_error());
  }
  other.send(login_frame(5));
  CHECK(other.receive()->has_ready());
}

TEST_CASE("a session that ends without a word ends its connection") {
  served with;
  auto client = with.connect();
  client.hello();
  client.send(login_frame(2, "broken password"));
  const auto closing = client.receive();
  REQUIRE(closing);
  CHECK(closing->closing().code() == UNAVAILABLE);
  CHECK(client.is_closed());
}

TEST_CASE("signing out is answered, then the connection closes") {
  served with;
  auto client = with.connect();
  client.sign_in();
  ClientFrame logout;
  logout.set_request_id(9);
  logout.mutable_logout();
  client.send(logout);
  const auto done = client.receive();
  CHECK(done->request_id() == 9);
  CHECK(done->has_done());
  CHECK(client.receive()->closing().code() == NOT_SIGNED_IN);
  CHECK(client.is_closed());
}

TEST_CASE("a session may close its connection and say why") {
  served with;
  auto client = with.connect();
  client.sign_in();
  with.host.script.last_client()->close(
      {errc::fenced, "a newer session", outcome::nothing_written, 0});
  CHECK(client.receive()->closing().code() == FENCED);
  CHECK(client.is_closed());
}

TEST_CASE("everything from Hello to the first request may be sent at once, up to signing in") {
  served with;
  auto client = with.connect();
  client.send_raw(bytes_of(hello_frame(1)) + bytes_of(login_frame(2)));
  CHECK(client.receive()->has_hello());
  CHECK(client.receive()->has_ready());
}
