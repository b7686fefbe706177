// Clients that nobody uses.
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

namespace {

net::server_options inactive_after(std::chrono::milliseconds time) {
  net::server_options out;
  out.limits.inactivity = time;
  return out;
}

enum class can_be_woken { no, yes };

/// A client of a server that closes those nobody uses after 300 ms.
struct unused_client {
  served with{inactive_after(300ms)};
  raw_client client = with.connect();
  std::uint64_t request = 100;

  explicit unused_client(can_be_woken how) { sign_in(client, how); }

  static void sign_in(raw_client& client, can_be_woken how) {
    auto hello = hello_frame(1);
    hello.mutable_hello()->set_woken_by_push(how == can_be_woken::yes);
    client.send(hello);
    REQUIRE(client.receive());
    client.send(login_frame(2));
    REQUIRE(client.receive()->has_ready());
  }

  /// The answer; a Closing when the server has had enough.
  ServerFrame beat(bool in_foreground = false) {
    auto frame = heartbeat_frame(++request);
    frame.mutable_heartbeat()->set_foreground(in_foreground);
    client.send(frame);
    const auto answer = client.receive();
    REQUIRE(answer);
    return *answer;
  }
  bool await_closing() {
    ServerFrame last;
    return eventually([&] {
             last = beat();
             return last.has_closing();
           }) &&
           last.closing().code() == INACTIVE;
  }

  /// True when the client under test is still there after one beside it that can be woken, and that
  /// beats only, was closed twice.
  bool outlives_others(const std::function<bool()>& use) {
    for (auto closed = 0; closed < 2; ++closed) {
      auto other = with.connect();
      sign_in(other, can_be_woken::yes);
      std::uint64_t of_other = 10;
      for (;;) {
        if (!use())
          return false;
        other.send(heartbeat_frame(++of_other));
        const auto answer = other.receive();
        REQUIRE(answer);
        if (answer->has_closing())
          break;
      }
    }
    return use();
  }
};

} // namespace

TEST_CASE("a client that can be woken and only beats is closed, and its session ends") {
  unused_client at(can_be_woken::yes);
  CHECK(at.await_closing());
  CHECK(eventually([&] { return at.with.host.script.expired == 1; }));
  CHECK(at.with.server->counters().detached == 0);
}

TEST_CASE("receipts are no activity: a client sends them by itself") {
  unused_client at(can_be_woken::yes);
  ServerFrame last;
  ClientFrame report;
  auto& cursor = *report.mutable_delivered()->add_cursors();
  cursor.set_thread(to_bytes(sample_thread()));
  cursor.set_seq(1);
  CHECK(eventually([&] {
    at.client.send(report);
    last = at.beat();
    return last.has_closing();
  }));
  CHECK(last.closing().code() == INACTIVE);
}

TEST_CASE("a client that cannot be woken is never closed for disuse") {
  unused_client at(can_be_woken::no);
  CHECK(at.outlives_others([&] { return at.beat().has_heartbeat_ack(); }));
}

TEST_CASE("a client in the foreground stays, and has its time when it leaves it") {
  unused_client at(can_be_woken::yes);
  CHECK(at.outlives_others([&] { return at.beat(true).has_heartbeat_ack(); }));
  CHECK(at.await_closing());
}

TEST_CASE("a client that asks for something is used") {
  unused_client at(can_be_woken::yes);
  CHECK(at.outlives_others([&] {
    at.client.send(send_frame(++at.request));
    return at.client.receive()->has_ack();
  }));
  CHECK(at.await_closing());
}
