// Windows, budgets and what comes of many requests at once.
#include "net/admission.hpp"
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

TEST_CASE("requests that arrive together reach the session as one message") {
  served with;
  auto client = with.connect();
  client.sign_in();
  std::string bytes;
  for (std::uint64_t i = 1; i <= 50; ++i)
    bytes += bytes_of(send_frame(i));
  client.send_raw(bytes);
  std::set<std::uint64_t> acked;
  for (auto i = 0; i < 50; ++i)
    acked.insert(client.receive()->request_id());
  CHECK(acked.size() == 50);
  CHECK(with.host.script.requests == 50);
  // TCP may cut the stream, but not into as many pieces as there are frames.
  CHECK(with.host.script.turns <= 5);
}

TEST_CASE("a full window stops reading, and nothing is lost when it opens") {
  net::server_options options;
  options.limits.session_requests_max = 10;
  served with{options};
  auto client = with.connect();
  client.sign_in();
  with.host.script.holds_sends = true;
  std::string bytes;
  for (std::uint64_t i = 1; i <= 200; ++i)
    bytes += bytes_of(send_frame(i));
  client.send_raw(bytes);
  CHECK(eventually([&] { return with.host.script.requests == 10; }));
  // Another session is served meanwhile.
  auto other = with.connect();
  CHECK(other.sign_in().has_ready());
  CHECK(with.host.script.requests == 10);
  with.host.script.holds_sends = false;
  std::set<std::uint64_t> acked;
  for (auto i = 0; i < 200; ++i) {
    const auto ack = client.receive();
    REQUIRE(ack);
    REQUIRE(ack->has_ack());
    acked.insert(ack->request_id());
  }
  CHECK(acked.size() == 200);
  CHECK(eventually([&] { return with.server->counters().requests_in_flight_bytes == 0; }));
}

TEST_CASE("a full window makes TCP hold the sender") {
  net::server_options options;
  options.limits.session_requests_max = 4;
  served with{options};
  auto client = with.connect();
  client.sign_in();
  with.host.script.holds_sends = true;
  const auto one = bytes_of(send_frame(1, std::string(60'000, 'x')));
  for (std::uint64_t i = 1; i <= 4; ++i)
    client.send(send_frame(i, std::string(60'000, 'x')));
  CHECK(eventually([&] { return with.host.script.requests == 4; }));
  // The kernel's buffers fill, then the socket takes no more.
  auto taken_nothing = 0;
  CHECK(eventually([&] {
    taken_nothing = client.send_some(one) == 0 ? taken_nothing + 1 : 0;
    return taken_nothing > 50;
  }));
  CHECK(with.host.script.requests == 4);
  CHECK(with.server->counters().requests_in_flight_bytes < 1u << 20);
  with.host.script.holds_sends = false;
}

TEST_CASE("a request id that still waits is refused, and may be used again afterwards") {
  served with;
  auto client = with.connect();
  client.sign_in();
  with.host.script.holds_sends = true;
  client.send(send_frame(5));
  client.send(send_frame(5));
  const auto refused = client.receive();
  CHECK(refused->request_id() == 5);
  CHECK(refused->error().code() == BAD_REQUEST);
  with.host.script.holds_sends = false;
  CHECK(client.receive()->has_ack());
  client.send(send_frame(5));
  CHECK(client.receive()->has_ack());
}

TEST_CASE("when the node's budget is exhausted requests are refused, then served again") {
  net::server_options options;
  options.limits.node_request_bytes_max = 10'000;
  served with{options};
  auto first = with.connect();
  auto second = with.connect();
  first.sign_in();
  second.sign_in();
  with.host.script.holds_sends = true;
  first.send(send_frame(3, std::string(9'000, 'x')));
  CHECK(eventually([&] { return with.host.script.requests == 1; }));
  second.send(send_frame(4, std::string(2'000, 'x')));
  const auto refused = second.receive();
  REQUIRE(refused);
  CHECK(refused->request_id() == 4);
  CHECK(refused->error().code() == OVERLOADED);
  CHECK(refused->error().outcome() == NOTHING_WRITTEN);
  CHECK(refused->error().retry_after_ms() > 0);
  CHECK(with.host.script.requests == 1);
  // Heartbeats take nothing of it.
  second.send(heartbeat_frame(5));
  CHECK(second.receive()->has_heartbeat_ack());
  with.host.script.holds_sends = false;
  CHECK(first.receive()->has_ack());
  CHECK(eventually([&] { return with.server->counters().requests_in_flight_bytes == 0; }));
  second.send(send_frame(6, std::string(2'000, 'x')));
  CHECK(second.receive()->has_ack());
}

TEST_CASE("replies that are not read hold the window, so that pages do not pile up") {
  net::server_options options;
  options.limits.session_request_bytes_max = 200'000;
  served with{options};
  with.host.script.history_events = 50;
  with.host.script.history_event_bytes = 2'000;
  auto client = with.connect(4096);
  client.sign_in();
  std::string bytes;
  for (std::uint64_t i = 1; i <= 300; ++i)
    bytes += bytes_of(history_frame(i));
  client.send_raw(bytes);
  // Each reply is charged with its 100 kB once it is there, and only the kernel's buffers take any.
  CHECK(eventually([&] { return with.server->counters().requests_in_flight_bytes > 150'000; }));
  auto seen = -1;
  auto same = 0;
  CHECK(eventually([&] {
    const auto now = with.host.script.requests.load();
    same = now == seen ? same + 1 : 0;
    seen = now;
    return same > 100;
  }));
  CHECK(with.host.script.requests < 250);
  CHECK(with.server->counters().requests_in_flight_bytes < 1'500'000);
  for (auto i = 0; i < 300; ++i) {
    const auto page = client.receive();
    REQUIRE(page);
    CHECK(page->history().events_size() == 50);
  }
}

TEST_CASE("receipts reach the session without an answer") {
  served with;
  auto client = with.connect();
  client.sign_in();
  ClientFrame frame;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    auto& cursor = *frame.mutable_delivered()->add_cursors();
    cursor.set_thread(to_bytes(sample_thread()));
    cursor.set_seq(seq);
  }
  client.send(frame);
  CHECK(eventually([&] { return with.host.script.reports == 3; }));
  frame.mutable_delivered()->mutable_cursors(0)->set_thread("?");
  client.send(frame);
  CHECK(client.receive()->error().code() == BAD_REQUEST);
  CHECK(with.host.script.reports == 3);
}

TEST_CASE("receipts beyond the meter wait for it, and all of them arrive") {
  served with;
  auto client = with.connect();
  client.sign_in();
  ClientFrame frame;
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    auto& cursor = *frame.mutable_delivered()->add_cursors();
    cursor.set_thread(to_bytes(sample_thread()));
    cursor.set_seq(seq);
  }
  const auto bytes = bytes_of(frame);
  constexpr auto frames = net::report_meter::reports_per_second * 2 / 100;
  for (auto i = 0; i < frames; ++i)
    client.send_raw(bytes);
  CHECK(eventually([&] { return with.host.script.reports == frames * 100; }));
  client.send(heartbeat_frame(3));
  CHECK(client.receive()->has_heartbeat_ack());
}

TEST_CASE("heartbeats are answered by the connection with the session's inbox version") {
  served with;
  auto client = with.connect();
  client.sign_in();
  client.send(heartbeat_frame(3));
  auto beat = client.receive();
  CHECK(beat->request_id() == 3);
  CHECK(beat->heartbeat_ack().inbox_version() == 41);
  with.host.script.last_client()->set_inbox_version(inbox_version{50});
  client.send(heartbeat_frame(4));
  CHECK(client.receive()->heartbeat_ack().inbox_version() == 50);
  CHECK(with.host.script.turns == 0);
}

TEST_CASE("thousands of heartbeats in one piece are all answered") {
  served with;
  auto client = with.connect();
  client.sign_in();
  std::string bytes;
  for (std::uint64_t i = 1; i <= 20'000; ++i)
    bytes += bytes_of(heartbeat_frame(i));
  std::size_t sent = 0;
  std::uint64_t answered = 0;
  while (answered < 20'000) {
    sent += client.send_some(std::string_view{bytes}.substr(sent));
    const auto beat = client.receive();
    REQUIRE(beat);
    REQUIRE(beat->request_id() == ++answered);
  }
}
