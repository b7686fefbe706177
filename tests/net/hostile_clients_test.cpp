// Clients that do not play by the rules, and that nobody else notices.
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

namespace {

std::string header_of(std::size_t size) {
  const auto header = net::frame_header(size);
  return {header.data(), header.size()};
}

void check_closed_with(raw_client& client, ErrorCode code) {
  const auto closing = client.receive();
  REQUIRE(closing);
  CHECK(closing->closing().code() == code);
  CHECK_FALSE(closing->closing().message().empty());
  CHECK(client.is_closed());
}

} // namespace

TEST_CASE("a frame that is no ClientFrame closes the connection, before and after signing in") {
  served with;
  auto stranger = with.connect();
  stranger.send_raw(header_of(3) + "\xFF\xFF\xFF");
  check_closed_with(stranger, BAD_REQUEST);

  auto member = with.connect();
  member.sign_in();
  member.send_raw(header_of(3) + "\xFF\xFF\xFF");
  check_closed_with(member, BAD_REQUEST);
  CHECK(eventually([&] { return with.host.script.detached == 1; }));
}

TEST_CASE("a length above the limit closes the connection before the frame has come") {
  served with;
  auto stranger = with.connect();
  stranger.send_raw(header_of((4u << 10) + 1));
  check_closed_with(stranger, TOO_LARGE);

  auto member = with.connect();
  member.sign_in();
  member.send_raw(header_of((96u << 10) + 1));
  check_closed_with(member, TOO_LARGE);
}

TEST_CASE("what speaks another protocol is closed") {
  served with;
  for (const std::string_view greeting :
       {std::string_view{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        std::string_view{"\x16\x03\x01\x02\x00\x01\x00", 7}, std::string_view{"SSH-2.0-x\r\n"}}) {
    auto client = with.connect();
    client.send_raw(greeting);
    check_closed_with(client, TOO_LARGE);
  }
}

TEST_CASE("a body at the limit passes, one above it is refused and the connection stays") {
  net::server_options options;
  options.limits.body_bytes_max = 1000;
  served with{options};
  auto client = with.connect();
  client.sign_in();
  client.send(send_frame(3, std::string(1000, 'x')));
  CHECK(client.receive()->has_ack());
  client.send(send_frame(4, std::string(1001, 'x')));
  CHECK(client.receive()->error().code() == TOO_LARGE);
  client.send(send_frame(5));
  CHECK(client.receive()->has_ack());
}

TEST_CASE("a large frame that comes byte by byte is served like any other") {
  served with;
  auto client = with.connect();
  client.sign_in();
  for (const auto byte : bytes_of(send_frame(3, std::string(500, 'x'))))
    REQUIRE(client.send_raw({&byte, 1}));
  CHECK(client.receive()->has_ack());
}

TEST_CASE("a client that goes away in the middle of a frame leaves nothing") {
  served with;
  auto client = with.connect();
  client.sign_in();
  const auto bytes = bytes_of(send_frame(3));
  client.send_raw(std::string_view{bytes}.substr(0, bytes.size() / 2));
  client.close();
  CHECK(eventually([&] { return with.host.script.detached == 1; }));
  CHECK(with.host.script.requests == 0);
}

TEST_CASE("random bytes never harm the server") {
  auto random = seeded_random();
  served with;
  for (auto round = 0; round < 100; ++round) {
    auto client = with.connect();
    if (round % 2 == 0)
      client.sign_in();
    std::string bytes(random() % 2000, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random());
    // Half of them with a true length, so that they get past the framing.
    client.send_raw(round % 4 < 2 ? bytes : header_of(bytes.size()) + bytes);
    client.finish_sending();
    while (client.receive()) {
    }
  }
  auto honest = with.connect();
  CHECK(honest.sign_in().has_ready());
}

TEST_CASE("valid frames in a random order never harm the server") {
  auto random = seeded_random();
  served with;
  for (auto round = 0; round < 30; ++round) {
    auto client = with.connect();
    std::string bytes;
    for (std::uint64_t i = 1; i < 30; ++i)
      switch (random() % 6) {
      case 0:
        bytes += bytes_of(hello_frame(i));
        break;
      case 1:
        bytes += bytes_of(login_frame(i, random() % 3 == 0 ? "wrong password" : "good password"));
        break;
      case 2:
        bytes += bytes_of(heartbeat_frame(i));
        break;
      case 3:
        bytes += bytes_of(send_frame(i));
        break;
      case 4:
        bytes += bytes_of(history_frame(i));
        break;
      default:
        bytes += bytes_of(ClientFrame{});
      }
    client.send_raw(bytes);
    client.finish_sending();
    while (client.receive()) {
    }
  }
  auto honest = with.connect();
  CHECK(honest.sign_in().has_ready());
}

TEST_CASE("who sends one byte now and then is closed when the frame takes too long") {
  net::server_options options;
  options.limits.frame_within = 300ms;
  served with{options};
  auto slow = with.connect();
  slow.sign_in();
  const auto bytes = bytes_of(send_frame(3, std::string(60'000, 'x')));
  std::size_t sent = 0;
  CHECK(eventually([&] {
    return slow.send_some({bytes.data() + sent++, 1}) == 0 || sent == bytes.size() ||
           with.server->counters().live == 0;
  }));
  CHECK(sent < bytes.size());
  CHECK(slow.receive()->closing().code() == TIMEOUT);
}

TEST_CASE("hundreds that never sign in are closed in time, while others are served") {
  net::server_options options;
  options.limits.sign_in_within = 2000ms;
  served with{options};
  std::vector<raw_client> idle;
  for (auto i = 0; i < 400; ++i) {
    idle.push_back(with.connect());
    // Some say Hello first, which gives them no more time.
    if (i % 2 == 0)
      idle.back().send(hello_frame(1));
  }
  auto honest = with.connect();
  CHECK(honest.sign_in().has_ready());
  for (auto& each : idle) {
    auto last = each.receive();
    REQUIRE(last);
    if (last->has_hello())
      last = each.receive();
    REQUIRE(last);
    CHECK(last->closing().code() == TIMEOUT);
    CHECK(each.is_closed());
  }
  honest.send(send_frame(3));
  CHECK(honest.receive()->has_ack());
}

TEST_CASE("a sign-in attempt begun in time may end after the deadline") {
  net::server_options options;
  options.limits.sign_in_within = 1000ms;
  served with{options};
  auto client = with.connect();
  client.hello();
  client.send(login_frame(2, "silent password"));
  auto other = with.connect();
  // The deadline of one that came later and does nothing has passed by then.
  CHECK(other.receive()->closing().code() == TIMEOUT);
  client.send(heartbeat_frame(3));
  CHECK(client.receive()->error().code() == NOT_SIGNED_IN);
}

TEST_CASE("strangers beyond half of all places push out the oldest stranger, never a member") {
  net::server_options options;
  options.connections_max = 20;
  served with{options};
  auto member = with.connect();
  CHECK(member.sign_in().has_ready());
  std::vector<raw_client> strangers;
  for (auto i = 0; i < 30; ++i) {
    strangers.push_back(with.connect());
    CHECK(strangers.back().hello().has_hello());
  }
  for (auto i = 0u; i < 20; ++i)
    CHECK(strangers[i].receive()->closing().code() == OVERLOADED);
  auto late = with.connect();
  CHECK(late.sign_in().has_ready());
  member.send(send_frame(3));
  CHECK(member.receive()->has_ack());
}

TEST_CASE("who comes beyond the limit of connections is told so and closed") {
  net::server_options options;
  options.connections_max = 4;
  served with{options};
  std::vector<raw_client> members;
  for (auto i = 0; i < 4; ++i) {
    members.push_back(with.connect());
    CHECK(members.back().sign_in().has_ready());
  }
  auto extra = with.connect();
  const auto closing = extra.receive();
  REQUIRE(closing);
  CHECK(closing->closing().code() == OVERLOADED);
  CHECK(closing->closing().reconnect_after_ms() > 0);
  CHECK(extra.is_closed());
  // A place that becomes free is taken again.
  members.pop_back();
  CHECK(eventually([&] { return with.server->counters().connections == 3; }));
  auto next = with.connect();
  CHECK(next.sign_in().has_ready());
}
