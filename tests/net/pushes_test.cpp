// Pushes to clients that read, read slowly, or do not read at all.
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;
using actors::push_result;

TEST_CASE("pushes arrive in their order, with their events as they are stored") {
  served with;
  auto client = with.connect();
  client.sign_in();
  const auto outlet = with.host.script.last_client();
  for (std::uint64_t seq = 1; seq <= 1000; ++seq)
    CHECK(outlet->push(sample_push(seq, seq % 300)) == push_result::taken);
  for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
    const auto frame = client.receive();
    REQUIRE(frame);
    CHECK(frame->request_id() == 0);
    CHECK(frame->deliver().thread() == to_bytes(sample_thread()));
    REQUIRE(frame->deliver().events_size() == 1);
    CHECK(frame->deliver().events(0).seq() == seq);
    CHECK(frame->deliver().events(0).message().body().size() == seq % 300);
  }
}

TEST_CASE("several threads may push and reply at once") {
  served with;
  auto client = with.connect();
  client.sign_in();
  const auto outlet = with.host.script.last_client();
  std::vector<std::thread> pushers;
  for (auto i = 0; i < 3; ++i)
    pushers.emplace_back([&] {
      for (std::uint64_t seq = 1; seq <= 500; ++seq)
        outlet->push(sample_push(seq, 20));
    });
  for (std::uint64_t i = 1; i <= 100; ++i)
    client.send(send_frame(i));
  auto pushed = 0;
  auto acked = 0;
  while (pushed < 1500 || acked < 100) {
    const auto frame = client.receive();
    REQUIRE(frame);
    (frame->has_deliver() ? pushed : acked)++;
  }
  for (auto& each : pushers)
    each.join();
}

TEST_CASE("a client that does not read has a bounded queue, and syncs once it has read") {
  net::server_options options;
  options.limits.session_push_bytes_max = 100'000;
  served with{options};
  auto slow = with.connect(4096);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  // The kernel takes some, the queue its limit, then pushes are refused.
  std::uint64_t taken = 0;
  CHECK(eventually([&] {
    for (auto i = 0; i < 100; ++i)
      if (outlet->push(sample_push(taken + 1, 1000)) == push_result::taken)
        ++taken;
      else
        return true;
    return false;
  }));
  CHECK(outlet->push(sample_push(0, 1000)) == push_result::full);
  CHECK(with.host.script.drained == 0);

  // Everybody else is served.
  auto other = with.connect();
  other.sign_in();
  other.send(send_frame(3));
  CHECK(other.receive()->has_ack());

  // Once it reads, it gets all that was taken, then hears that there was more.
  for (std::uint64_t seq = 1; seq <= taken; ++seq) {
    auto frame = slow.receive();
    REQUIRE(frame);
    if (frame->has_lagging()) {
      frame = slow.receive();
      REQUIRE(frame);
    }
    CHECK(frame->deliver().events(0).seq() == seq);
  }
  CHECK(eventually([&] { return with.host.script.drained == 1; }));
  CHECK(outlet->push(sample_push(7, 10)) == push_result::taken);
  const auto next = slow.receive();
  REQUIRE(next);
  CHECK((next->has_lagging() || next->deliver().events(0).seq() == 7));
}

TEST_CASE("a push larger than the window passes when nothing else waits") {
  net::server_options options;
  options.limits.session_push_bytes_max = 1000;
  served with{options};
  auto client = with.connect();
  client.sign_in();
  const auto outlet = with.host.script.last_client();
  CHECK(outlet->push(sample_push(1, 200'000)) == push_result::taken);
  CHECK(client.receive()->deliver().events(0).message().body().size() == 200'000);
}

TEST_CASE("a client that takes nothing for the session's expiry is closed, though it sends") {
  net::server_options options;
  options.limits.session_expiry = 600ms;
  served with{options};
  auto slow = with.connect(4096);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  // On a slow machine the session may expire before the queue is full.
  while (outlet->push(sample_push(1, 5000)) == push_result::taken &&
         with.server->counters().connections == 1) {
  }
  std::uint64_t request = 10;
  CHECK(eventually([&] {
    slow.send_some(bytes_of(heartbeat_frame(++request)));
    return with.server->counters().connections == 0;
  }));
  CHECK(eventually([&] { return with.host.script.expired == 1; }));
}

TEST_CASE("heartbeats of a client that does not read stop being read") {
  served with;
  auto slow = with.connect(4096);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  while (outlet->push(sample_push(1, 5000)) == push_result::taken) {
  }
  const auto beat = bytes_of(heartbeat_frame(3));
  std::string many;
  for (auto i = 0; i < 1000; ++i)
    many += beat;
  auto taken_nothing = 0;
  CHECK(eventually([&] {
    taken_nothing = slow.send_some(many) == 0 ? taken_nothing + 1 : 0;
    return taken_nothing > 50;
  }));
}

TEST_CASE("pushes to a connection that is gone go nowhere") {
  served with;
  auto client = with.connect();
  client.sign_in();
  const auto outlet = with.host.script.last_client();
  client.close();
  CHECK(eventually([&] { return with.server->counters().connections == 0; }));
  CHECK(outlet->push(sample_push(1, 10)) == push_result::taken);
  outlet->reply(actors::send_acked{});
  outlet->tell_lagging(inbox_version{1});
  outlet->set_inbox_version(inbox_version{1});
  outlet->close({});
}
