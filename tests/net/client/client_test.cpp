#include "net/client/client.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/net/client/signed_in.hpp"

#include <doctest/doctest.h>

#include <set>
#include <utility>

using namespace weft;
using namespace weft::net::client;
using weft::net::client::test::fake_server;
using weft::net::client::test::misbehaviour;
using weft::net::client::test::signed_in;

TEST_CASE("a client registers, finds the other, sends and reads what was sent") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  const auto found = ann.connection.find_user("bob");
  REQUIRE(found);
  CHECK(user_id{found->user_id()} == bob.user);
  const auto ack = ann.send_to(bob, "hello");
  REQUIRE(ack);
  CHECK(ack->seq() == 1);
  CHECK_FALSE(ack->duplicate());
  HistoryRequest all;
  all.set_thread(to_bytes(ann.thread_with(bob)));
  const auto page = bob.connection.history(all);
  REQUIRE(page);
  REQUIRE(page->events_size() == 1);
  CHECK(page->events(0).message().body() == "hello");
}

TEST_CASE("a send whose acknowledgement was lost is tried again and written once") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  server.script([](misbehaviour& wrong) { wrong.cut_before_ack = 3; });
  const auto ack = ann.send_to(bob, "only once");
  REQUIRE(ack);
  CHECK(ack->duplicate());
  CHECK(server.events(ann.thread_with(bob)).size() == 1);
}

TEST_CASE("a send that the server is too busy for is tried again") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kSend] = 2;
    wrong.refusal.set_code(OVERLOADED);
    wrong.refusal.set_retry_after_ms(1);
  });
  const auto ack = ann.send_to(bob, "patience");
  REQUIRE(ack);
  CHECK(server.events(ann.thread_with(bob)).size() == 1);
}

TEST_CASE("a send that is refused for good fails with the server's words") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kSend] = 1;
    wrong.refusal.set_code(CONFLICT);
    wrong.refusal.set_message("this id was used for another message");
  });
  const auto ack = ann.send_to(bob, "no");
  REQUIRE_FALSE(ack);
  CHECK(ack.failure().code == errc::conflict);
  CHECK(ack.failure().message == "this id was used for another message");
  CHECK(ack.failure().outcome == outcome::nothing_written);
}

TEST_CASE("requests go on where they were after an outage of the server") {
  fake_server server;
  signed_in ann(server, "ann");
  signed_in bob(server, "bob");
  server.script([](misbehaviour& wrong) { wrong.turn_away = 2; });
  server.cut();
  const auto before = server.connections_made();
  const auto ack = ann.send_to(bob, "through an outage");
  REQUIRE(ack);
  CHECK(server.connections_made() >= before + 3);
  CHECK(server.events(ann.thread_with(bob)).size() == 1);
}

TEST_CASE("a registration whose answer is lost is said to be unknown, and asked under one id") {
  fake_server server;
  const auto registering = [op = op_id{make_uuid_v7(time_ms{1})}](ClientFrame& frame,
                                                                  const server_clock&) {
    frame.mutable_register_()->set_name("ann");
    frame.mutable_register_()->set_op_id(std::string{op.view()});
  };
  // Cut until the patience ends; then taken and never answered.
  server.script([](misbehaviour& wrong) { wrong.cut_before_ready = 1'000; });
  client cut({*parse_servers(server.address()), std::chrono::milliseconds{500}});
  const auto lost = cut.sign_in(registering);
  REQUIRE_FALSE(lost);
  CHECK(lost.failure().outcome == outcome::unknown_retry_same_id);
  server.script([](misbehaviour& wrong) {
    wrong.cut_before_ready = 0;
    wrong.unanswered = {ClientFrame::kRegister};
  });
  client waiting({*parse_servers(server.address()), std::chrono::milliseconds{200}});
  const auto late = waiting.sign_in(registering);
  REQUIRE_FALSE(late);
  CHECK(late.failure().code == errc::timeout);
  CHECK(late.failure().outcome == outcome::unknown_retry_same_id);

  server.script([](misbehaviour& wrong) {
    wrong.unanswered.clear();
    wrong.cut_before_ready = 1;
  });
  client patient({*parse_servers(server.address()), std::chrono::seconds{20}});
  CHECK(patient.sign_in(registering));
  const auto asked = server.registrations();
  CHECK(asked.size() >= 3);
  CHECK(std::set<std::string>(asked.begin(), asked.end()).size() == 1);
}

TEST_CASE("a registration that was answered, or never sent, has written nothing when it failed") {
  fake_server server;
  const auto registering = [](ClientFrame& frame, const server_clock&) {
    frame.mutable_register_()->set_name("ann");
  };
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kRegister] = 1;
    wrong.refusal.set_code(READ_ONLY);
  });
  client refused({*parse_servers(server.address()), std::chrono::seconds{20}});
  const auto answered = refused.sign_in(registering);
  REQUIRE_FALSE(answered);
  CHECK(answered.failure().outcome == outcome::nothing_written);
  // The second try says whose the name is: the first made nothing either.
  server.script([](misbehaviour& wrong) {
    wrong.cut_before_ready = 1;
    wrong.refusal.set_code(NAME_TAKEN);
  });
  client second({*parse_servers(server.address()), std::chrono::seconds{20}});
  bool first = true;
  const auto taken = second.sign_in([&](ClientFrame& frame, const server_clock& clock) {
    registering(frame, clock);
    if (!std::exchange(first, false))
      server.script([](misbehaviour& wrong) { wrong.refuse[ClientFrame::kRegister] = 1; });
  });
  REQUIRE_FALSE(taken);
  CHECK(taken.failure().code == errc::name_taken);
  CHECK(taken.failure().outcome == outcome::nothing_written);
  server.outage();
  client alone({*parse_servers(server.address()), std::chrono::seconds{20}});
  const auto unreached = alone.sign_in(registering);
  REQUIRE_FALSE(unreached);
  CHECK(unreached.failure().outcome == outcome::nothing_written);
}

TEST_CASE("a client moves to another server when its own is gone") {
  fake_server first;
  fake_server second;
  client connection(
      {*parse_servers(first.address() + "," + second.address()), std::chrono::seconds{20}});
  REQUIRE(connection.connect());
  CHECK(first.connections_made() == 1);
  first.outage();
  // The second knows nobody: what counts is that it was asked.
  CHECK_FALSE(connection.find_user("ann"));
  CHECK(second.connections_made() == 1);
}

TEST_CASE("a server that does not answer costs no more than the patience given") {
  fake_server server;
  server.script([](misbehaviour& wrong) { wrong.silent = true; });
  client connection({*parse_servers(server.address()), std::chrono::milliseconds{200}});
  const auto outcome = connection.connect();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.failure().code == errc::timeout);
}

TEST_CASE("nobody listening is said at once, with the address") {
  fake_server server;
  server.outage();
  client connection({*parse_servers(server.address()), std::chrono::seconds{20}});
  const auto outcome = connection.connect();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.failure().message == "cannot reach " + server.address() + ": connection refused");
}

TEST_CASE("a wrong token and a wrong version end the attempt for good") {
  fake_server server;
  client stranger({*parse_servers(server.address()), std::chrono::seconds{20}});
  const auto refused = stranger.resume("no such token", 7);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::bad_credentials);

  server.script([](misbehaviour& wrong) { wrong.version = 9; });
  client old({*parse_servers(server.address()), std::chrono::seconds{20}});
  const auto unspoken = old.connect();
  REQUIRE_FALSE(unspoken);
  CHECK(unspoken.failure().code == errc::bad_version);
}

TEST_CASE("operation ids are made by the server's clock and never repeat") {
  fake_server server;
  signed_in ann(server, "ann");
  std::set<op_id> made;
  for (int i = 0; i < 1'000; ++i)
    made.insert(ann.connection.make_op_id());
  CHECK(made.size() == 1'000);
  server_clock ahead;
  const server_clock::instant told{};
  ahead.set(time_ms{5'000'000}, told);
  CHECK(ahead.now(told + std::chrono::seconds{2}) == time_ms{5'002'000});
}

TEST_CASE("a client asks for the presence of anybody") {
  fake_server server;
  signed_in ann(server, "ann");
  server.set_presence(user_id{42}, Presence::OFFLINE, 5'000);
  const auto list = ann.connection.presence({user_id{42}});
  REQUIRE(list);
  REQUIRE(list->users_size() == 1);
  CHECK(list->users(0).user_id() == 42);
  CHECK(list->users(0).last_seen_ms() == 5'000);
  CHECK(ann.connection.server_now() > time_ms{});
}
