#include "net/client/follower.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/net/client/signed_in.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace weft;
using namespace weft::net::client;
using weft::net::client::test::fake_server;
using weft::net::client::test::misbehaviour;
using weft::net::client::test::signed_in;
using namespace std::chrono_literals;

namespace {

/// Follows an account and notes what is shown.
struct watcher : follower_listener {
  watcher(const fake_server& server, const signed_in& account, follower::start_point from = {})
      : follows(
            io, *this, config(server),
            [&account] {
              return follower::account{account.token, 7};
            },
            from) {
    follows.start();
  }

  static steady_link::settings config(const fake_server& server) {
    steady_link::settings out;
    out.servers = *parse_servers(server.address());
    return out;
  }

  void on_message(const message& what, const std::string& from) override {
    bodies.push_back(from + ": " + what.body);
  }
  void on_settled() override {
    for (const auto& cursor : follows.take_advanced())
      cursors[cursor.first] = cursor.second;
    follows.tell_delivered({cursors.begin(), cursors.end()});
  }
  void on_live(const Ready&) override { ++lives; }
  void on_ended(const error& why) override { ended = why; }

  /// Runs until the condition holds; false when it does not in time.
  template <class Condition>
  bool until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!holds() && io.run_one_until(deadline) != 0) {
    }
    return holds();
  }

  boost::asio::io_context io{1};
  std::vector<std::string> bodies;
  std::map<thread_id, sequence> cursors;
  std::optional<error> ended;
  int lives = 0;
  follower follows;
};

std::vector<std::string> from_ann(int first, int last) {
  std::vector<std::string> out;
  for (int i = first; i <= last; ++i)
    out.push_back("ann: " + std::to_string(i));
  return out;
}

} // namespace

TEST_CASE("what came while nobody followed is shown first, then what comes live") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  for (int i = 1; i <= 20; ++i)
    REQUIRE(ann.send_to(bob, std::to_string(i)));
  watcher watch(server, bob);
  CHECK(watch.until([&] { return watch.bodies.size() >= 20; }));
  CHECK(watch.bodies == from_ann(1, 20));
  REQUIRE(ann.send_to(bob, "21"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 21; }));
  CHECK(watch.bodies == from_ann(1, 21));
  CHECK(watch.until([&] { return server.delivered(ann.thread_with(bob)) == 21; }));
}

TEST_CASE("pushes that are lost are fetched, pushes that come twice are shown once") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  server.script([](misbehaviour& wrong) {
    wrong.lose_pushes = 3;
    wrong.double_pushes = 4;
  });
  for (int i = 1; i <= 10; ++i)
    REQUIRE(ann.send_to(bob, std::to_string(i)));
  CHECK(watch.until([&] { return watch.bodies.size() >= 10; }));
  CHECK(watch.bodies == from_ann(1, 10));
}

TEST_CASE("a lost last push is noticed by the next heartbeat") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.heartbeat_ms = 100; });
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  server.script([](misbehaviour& wrong) { wrong.lose_pushes = 1; });
  REQUIRE(ann.send_to(bob, "1"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 1; }));
  CHECK(watch.bodies == from_ann(1, 1));
}

TEST_CASE("what came while the connection was lost is shown when it is back") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  REQUIRE(ann.send_to(bob, "1"));
  CHECK(watch.until([&] { return watch.bodies.size() == 1; }));
  server.cut();
  REQUIRE(ann.send_to(bob, "2"));
  REQUIRE(ann.send_to(bob, "3"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 3; }));
  CHECK(watch.bodies == from_ann(1, 3));
}

TEST_CASE("a follower that begins at its cursors shows what lies behind them, and no more") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  for (int i = 1; i <= 5; ++i)
    REQUIRE(ann.send_to(bob, std::to_string(i)));
  follower::start_point from;
  from.shown[ann.thread_with(bob)] = sequence{3};
  watcher watch(server, bob, from);
  CHECK(watch.until([&] { return watch.bodies.size() >= 2; }));
  CHECK(watch.bodies == from_ann(4, 5));
  CHECK(watch.until([&] { return watch.cursors[ann.thread_with(bob)] == sequence{5}; }));
}

TEST_CASE("an own message is shown in its place, once, also when its acknowledgement was lost") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  server.script([](misbehaviour& wrong) { wrong.cut_before_ack = 1; });
  std::optional<result<Ack>> acked;
  const auto thread = ann.thread_with(bob);
  watch.follows.send(thread, bob.user, watch.follows.connection().clock().make_op_id(), "mine", 20s,
                     [&](result<Ack> outcome) { acked = std::move(outcome); });
  CHECK(watch.until([&] { return acked.has_value(); }));
  REQUIRE(*acked);
  REQUIRE(ann.send_to(bob, "1"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 2; }));
  CHECK(watch.bodies == std::vector<std::string>{"bob: mine", "ann: 1"});
  CHECK(server.events(thread).size() == 2);
}

TEST_CASE("a newer session of the same device ends a follower that does not come back") {
  fake_server server;
  signed_in ann(server, "ann");
  watcher watch(server, ann);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  client newer({*parse_servers(server.address()), 20s});
  REQUIRE(newer.resume(ann.token, 7));
  CHECK(watch.until([&] { return watch.ended.has_value(); }));
  CHECK(watch.ended->code == errc::fenced);
}
