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
  void on_presence(const Presence& what) override { told.push_back(what); }
  void on_heartbeat() override { ++beats; }
  void on_live(const Ready&) override { ++lives; }
  void on_lost(const error& why, std::chrono::milliseconds) override { losses.push_back(why); }
  void on_row(const thread_id& thread, const InboxThread& row) override {
    rows[thread] = row.last_seq();
  }
  void on_trouble(const error& why) override { troubles.push_back(why); }
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
  std::map<thread_id, std::uint64_t> rows;
  std::vector<Presence> told;
  std::vector<error> losses;
  std::vector<error> troubles;
  std::optional<error> ended;
  int lives = 0;
  int beats = 0;
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

TEST_CASE("what is sent while the server is gone is stored once when it is back") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  server.outage();
  std::optional<result<Ack>> acked;
  watch.follows.send(ann.thread_with(bob), bob.user,
                     watch.follows.connection().clock().make_op_id(), "mine", 20s,
                     [&](result<Ack> outcome) { acked = std::move(outcome); });
  // Lost, then not found at least once.
  REQUIRE(watch.until([&] { return watch.losses.size() >= 2; }));
  CHECK_FALSE(acked);
  server.recover();
  CHECK(watch.until([&] { return acked.has_value(); }));
  REQUIRE(*acked);
  CHECK(server.events(ann.thread_with(bob)).size() == 1);
}

TEST_CASE("a thread that cannot be read is told once and put aside until it has news") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.heartbeat_ms = 100; });
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  signed_in carol(server, "carol");
  for (int i = 1; i <= 3; ++i)
    REQUIRE(ann.send_to(bob, std::to_string(i)));
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kHistory] = 2;
    wrong.refusal.set_code(CORRUPT);
    wrong.refusal.set_message("checksum");
  });
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.troubles.size() == 1; }));
  CHECK(watch.troubles[0].code == errc::corrupt);
  CHECK(watch.troubles[0].message ==
        "failed to read " + to_text(ann.thread_with(bob)) + ": checksum");
  // Others are shown meanwhile, and time alone is no reason to ask again.
  REQUIRE(carol.send_to(bob, "hello"));
  CHECK(watch.until([&] { return watch.bodies.size() == 1; }));
  const auto beats = server.heartbeats();
  CHECK(watch.until([&] { return server.heartbeats() >= beats + 4; }));
  CHECK(server.asked(ClientFrame::kHistory) == 1);
  // A restart must find what is missing: the inbox is not settled.
  CHECK(watch.follows.settled_inbox_version() == 0);

  REQUIRE(ann.send_to(bob, "4"));
  CHECK(watch.until([&] { return server.asked(ClientFrame::kHistory) == 2; }));
  REQUIRE(ann.send_to(bob, "5"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 6; }));
  CHECK(watch.troubles.size() == 1);
  watch.bodies.erase(watch.bodies.begin());
  CHECK(watch.bodies == from_ann(1, 5));
  CHECK(watch.until([&] { return watch.follows.settled_inbox_version() > 0; }));
}

TEST_CASE("an inbox and a name that are refused for good are not asked for without end") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  signed_in carol(server, "carol");
  REQUIRE(ann.send_to(bob, "1"));
  server.script([](misbehaviour& wrong) {
    wrong.heartbeat_ms = 100;
    wrong.refuse[ClientFrame::kInbox] = 1'000'000;
    wrong.refuse[ClientFrame::kFindUser] = 1'000'000;
    wrong.refusal.set_code(IO);
  });
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.troubles.size() == 1; }));
  const auto beats = server.heartbeats();
  CHECK(watch.until([&] { return server.heartbeats() >= beats + 3; }));
  // Once for each sign of something new.
  CHECK(server.asked(ClientFrame::kInbox) <= server.heartbeats() + 2);
  CHECK(watch.troubles.size() == 1);
  REQUIRE(carol.send_to(bob, "hello"));
  REQUIRE(watch.until([&] { return watch.bodies.size() == 1; }));
  CHECK(watch.bodies[0] == to_text(carol.user) + ": hello");
  CHECK(server.asked(ClientFrame::kFindUser) == 1);
}

TEST_CASE("requests that find no room are asked for again after a pause") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  server.script([](misbehaviour& wrong) {
    wrong.unanswered = {ClientFrame::kMarkRead};
    wrong.lose_pushes = 1;
  });
  const auto thread = ann.thread_with(bob);
  for (std::size_t i = 0; i < pending_operations::operations_max; ++i)
    watch.follows.mark_read(thread, sequence{1});
  REQUIRE(ann.send_to(bob, "1"));
  REQUIRE(ann.send_to(bob, "2"));
  // The second tells of the first, which cannot be asked for now.
  CHECK(watch.until([&] { return watch.follows.is_paused(); }));
  CHECK(watch.bodies.empty());
  server.script([](misbehaviour& wrong) { wrong.unanswered.clear(); });
  server.cut();
  CHECK(watch.until([&] { return watch.bodies.size() >= 2; }));
  CHECK(watch.bodies == from_ann(1, 2));
}

TEST_CASE("what was shown is settled while a later message waits for the name of its sender") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  signed_in carol(server, "carol");
  watcher watch(server, bob);
  REQUIRE(watch.until([&] { return watch.lives == 1; }));
  REQUIRE(ann.send_to(bob, "1"));
  REQUIRE(watch.until([&] { return watch.bodies.size() == 1; }));
  server.script([](misbehaviour& wrong) {
    wrong.hold_pushes = true;
    wrong.unanswered = {ClientFrame::kFindUser};
  });
  REQUIRE(ann.send_to(bob, "2"));
  REQUIRE(carol.send_to(bob, "hello"));
  server.release_pushes();
  CHECK(watch.until([&] { return server.delivered(ann.thread_with(bob)) == 2; }));
  CHECK(watch.bodies == from_ann(1, 2));
  CHECK(watch.cursors[ann.thread_with(bob)] == sequence{2});
  CHECK(watch.cursors[carol.thread_with(bob)] == sequence{});
}

TEST_CASE("a follower of one thread reads this one alone and is told the rows of the others") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  signed_in carol(server, "carol");
  signed_in dave(server, "dave");
  for (int i = 1; i <= 20; ++i)
    REQUIRE(carol.send_to(bob, std::to_string(i)));
  for (int i = 1; i <= 5; ++i)
    REQUIRE(ann.send_to(bob, std::to_string(i)));
  follower::start_point from;
  from.only = ann.thread_with(bob);
  watcher watch(server, bob, from);
  CHECK(watch.until([&] { return watch.bodies.size() >= 5 && watch.rows.size() == 1; }));
  CHECK(watch.rows[carol.thread_with(bob)] == 20);
  // A thread that is new is heard of by its push.
  REQUIRE(dave.send_to(bob, "hello"));
  CHECK(watch.until([&] { return watch.rows.size() == 2; }));
  REQUIRE(ann.send_to(bob, "6"));
  CHECK(watch.until([&] { return watch.bodies.size() >= 6; }));
  CHECK(watch.bodies == from_ann(1, 6));
  CHECK(server.asked(ClientFrame::kHistory) == 1);
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

TEST_CASE("a contact is told of when he changes, once, over lost connections too") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.heartbeat_ms = 100; });
  signed_in ann(server, "ann");
  const user_id bob{42};
  server.set_presence(bob, Presence::ONLINE);
  watcher shown(server, ann);
  REQUIRE(shown.until([&] { return shown.told.size() == 1; }));
  CHECK(shown.told[0].user_id() == bob.value);
  CHECK(shown.told[0].state() == Presence::ONLINE);
  REQUIRE(shown.until([&] { return shown.beats >= 3; }));
  server.cut();
  REQUIRE(shown.until([&] { return shown.lives == 2; }));
  const auto beats = shown.beats;
  REQUIRE(shown.until([&] { return shown.beats >= beats + 2; }));
  // The new connection was told everything again, and it is no news.
  CHECK(shown.told.size() == 1);
  server.set_presence(bob, Presence::OFFLINE, 5'000);
  REQUIRE(shown.until([&] { return shown.told.size() == 2; }));
  CHECK(shown.told[1].last_seen_ms() == 5'000);
  REQUIRE(shown.follows.connection().presence_of(bob) != nullptr);
  CHECK(shown.follows.connection().presence_of(bob)->state() == Presence::OFFLINE);
  CHECK(shown.follows.connection().presence_of(user_id{43}) == nullptr);
}

TEST_CASE("a client that was closed since nobody used it does not come back by itself") {
  fake_server server;
  signed_in ann(server, "ann");
  watcher shown(server, ann);
  REQUIRE(shown.until([&] { return shown.lives == 1; }));
  Closing words;
  words.set_code(INACTIVE);
  server.cut(&words);
  REQUIRE(shown.until([&] { return shown.ended.has_value(); }));
  CHECK(shown.ended->code == errc::inactive);
}
