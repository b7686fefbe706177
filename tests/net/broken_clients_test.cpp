// What one client leaves behind when its socket breaks or is full, and what others see of it:
// nothing.
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;
using actors::push_result;

namespace {

/// Has the I/O thread of a client stand still in the middle of a turn until the gate is opened.
void hold_up(served& with, raw_client& client, std::uint64_t request) {
  with.host.script.status_gate.shut();
  REQUIRE(client.send(status_frame(request)));
  REQUIRE(eventually([&] { return with.host.script.status_gate.is_waited_at(); }));
}

} // namespace

TEST_CASE("a stranger whose socket is found broken while it is crowded out goes once") {
  net::server_options options;
  // Connections go to the two threads by turns, and each thread has room for one stranger.
  options.io_threads = 2;
  options.connections_max = 7;
  served with{options};
  // Passes the turn of the first thread, which accepts: whoever came before has been placed.
  const auto skip_a_thread = [&] { CHECK(with.connect().hello().has_hello()); };
  const auto connect_to_the_second = [&] {
    skip_a_thread();
    return with.connect();
  };
  auto member = connect_to_the_second();
  CHECK(member.sign_in().has_ready());
  auto stranger = connect_to_the_second();
  CHECK(stranger.hello().has_hello());

  hold_up(with, member, 3);
  auto newcomer = connect_to_the_second();
  skip_a_thread();
  stranger.reset();
  with.host.script.status_gate.open();
  CHECK(member.receive_reply(3)->has_status());
  CHECK(newcomer.sign_in().has_ready());

  // Two who come now get two places.
  const auto connect_again = [&] {
    auto out = with.connect();
    CHECK(out.sign_in().has_ready());
    skip_a_thread();
    return out;
  };
  auto one = connect_again();
  auto other = connect_again();
  std::jthread stopping{[&] { with.server->stop(5000ms); }};
  for (auto* each : {&member, &newcomer, &one, &other}) {
    const auto last = each->receive();
    REQUIRE(last);
    CHECK(last->closing().code() == UNAVAILABLE);
    each->close();
  }
}

TEST_CASE("what could not be written to a broken client reaches no other one") {
  served with;
  auto other = with.connect();
  other.hello();
  auto broken = with.connect();
  broken.hello();
  hold_up(with, broken, 7);
  broken.reset();
  with.host.script.status_gate.open();
  CHECK(eventually([&] { return with.server->counters().connections == 1; }));
  // Nobody has said anything since: the other one's last frames are its own.
  std::jthread stopping{[&] { with.server->stop(5000ms); }};
  const auto last = other.receive();
  REQUIRE(last);
  CHECK(last->request_id() == 0);
  CHECK(last->closing().code() == UNAVAILABLE);
  other.close();
}

TEST_CASE("an answer is not lost when the pushes before it fill the socket") {
  served with;
  auto slow = with.connect(16 << 10);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  hold_up(with, slow, 3);
  // Far more than the socket takes: the answer is made, and finds no room.
  while (outlet->push(sample_push(1, 5000)) == push_result::taken) {
  }
  with.host.script.status_gate.open();
  const auto status = slow.receive_reply(3);
  REQUIRE(status);
  CHECK(status->has_status());
}

TEST_CASE("frames stay whole when the socket takes a part of an answer while pushes come") {
  net::server_options options;
  // So large that answers often end in the middle.
  options.advertised = std::string(60'000, 'x');
  served with{options};
  auto slow = with.connect(64 << 10);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  std::jthread pusher{[&](const std::stop_token& stop) {
    for (std::uint64_t seq = 1; !stop.stop_requested(); ++seq)
      outlet->push(sample_push(seq, 20));
  }};
  constexpr std::uint64_t rounds = 2000;
  for (std::uint64_t i = 1; i <= rounds; ++i)
    REQUIRE(slow.send(locate_frame(i)));
  std::uint64_t seq = 0;
  for (std::uint64_t answered = 0; answered < rounds;) {
    const auto frame = slow.receive();
    REQUIRE(frame);
    if (frame->has_locate()) {
      CHECK(frame->request_id() == ++answered);
      CHECK(frame->locate().addresses(0) == options.advertised);
    } else if (frame->has_deliver()) {
      CHECK(frame->deliver().events(0).seq() > seq);
      seq = frame->deliver().events(0).seq();
    } else {
      REQUIRE(frame->has_lagging());
    }
  }
}
