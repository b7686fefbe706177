// The SESSION: signing in, requests, pushes, and its ends.
#include "actors/token.hpp"
#include "tests/actors/session_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const thread_id with_bob = thread_id::direct(ann, bob);

} // namespace

TEST_CASE("each way to sign in goes to the accounts that can answer it") {
  session_world there;
  SUBCASE("registering goes where the name lives") {
    register_account what;
    what.name = "ann";
    there.start(what);
    const auto asked = there.router.take_account_messages();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].first == slot_of_name("ann"));
    CHECK(std::get<register_account>(asked[0].second.at(0)).ref.session == there.address());
    CHECK(std::get<register_account>(asked[0].second.at(0)).ref.request == 1);
  }
  SUBCASE("a password goes where the name lives") {
    sign_in what;
    what.name = "ann";
    there.start(what);
    const auto asked = there.router.take_account_messages();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].first == slot_of_name("ann"));
    CHECK(std::get<sign_in>(asked[0].second.at(0)).ref.session == there.address());
  }
  SUBCASE("a token goes where the user lives") {
    there.start(session_world::token_of_ann());
    const auto asked = there.router.take_account_messages();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].first == slot_of(ann));
    CHECK(std::get<resume>(asked[0].second.at(0)).ref.session == there.address());
  }
  CHECK(there.table.attached.size() == 1);
  CHECK(there.table.announced.empty());
}

TEST_CASE("a session whose sign-in is refused tells the client and ends") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.tell({request_failed{1, {errc::bad_credentials, "log in again"}}});
  REQUIRE(there.replies<request_failed>().size() == 1);
  CHECK(there.replies<request_failed>()[0].request == 1);
  CHECK(there.client->closed.empty()); // The connection may try again.
  CHECK(there.table.announced.empty());
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.has_ended());
}

TEST_CASE("a session is announced before the client hears that it is signed in") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.let_in(inbox_version{12});
  REQUIRE(there.table.announced.size() == 1);
  CHECK(there.table.announced[0].where == there.address());
  CHECK(there.table.announced[0].user == ann);
  CHECK(there.table.announced[0].device == device_no(1));
  REQUIRE(there.replies<signed_in>().size() == 1);
  CHECK(there.replies<signed_in>()[0].history_id == there.store().history_id());
  CHECK(there.client->versions == std::vector{inbox_version{12}});
}

TEST_CASE("a touch that comes between the check of the token and the announcement is told") {
  session_world there;
  there.start(session_world::token_of_ann());
  // The inbox was at 12 when the token was checked, and nobody is told of 13.
  there.let_in(inbox_version{12});
  there.confirm(inbox_version{13});
  CHECK(there.client->versions.back() == inbox_version{13});
  SUBCASE("and never goes back") {
    there.tell({session_confirmed{inbox_version{11}}});
    CHECK(there.client->versions.back() == inbox_version{13});
  }
}

TEST_CASE("a session asks whether its token holds once it is announced") {
  session_world there;
  there.start(session_world::token_of_ann());
  CHECK(there.router.take_reads().empty());
  there.let_in();
  const auto asked = there.router.take_reads();
  REQUIRE(asked.size() == 1);
  const auto& question = std::get<confirm_session>(asked[0]);
  CHECK(question.session == there.address());
  CHECK(question.user == ann);
  CHECK(question.device == device_no(1));
  CHECK(same_hash(question.token_hash, hash_token_secret(std::string(32, 's'))));
}

TEST_CASE("a session asks again until it hears whether its token holds") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.let_in();
  CHECK(there.router.take_reads().size() == 1); // And lost.
  there.advance(std::chrono::seconds(1));
  there.confirm();
  there.advance(std::chrono::seconds(10));
  CHECK(there.router.take_reads().empty());
}

TEST_CASE("a session whose token has ended meanwhile ends") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.let_in();
  // The store has no such token: it was signed out of before the session was announced.
  CHECK(there.serve_reads() == 1);
  there.tell(there.router.replies(there.address()));
  REQUIRE(there.client->closed.size() == 1);
  CHECK(there.client->closed[0].code == errc::not_signed_in);
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.has_ended());
}

TEST_CASE("threads in which the user has no part reach no thread and no read") {
  session_world there;
  there.start_live();
  auto group = with_bob;
  group.type = thread_id::kind::group;
  for (const auto& thread : {thread_id::direct(bob, eve), group}) {
    send_request message;
    message.request = 5;
    message.op = op(1);
    message.thread = thread;
    message.body = "let me in";
    there.ask({message, mark_read_request{6, thread, sequence{1}},
               history_request{7, thread, std::nullopt, std::nullopt, 10},
               delivered_report{thread, sequence{1}}});
    CHECK(there.router.take_thread_messages().empty());
    CHECK(there.router.take_reads().empty());
    const auto failures = there.replies<request_failed>();
    REQUIRE(failures.size() == 3); // A report has no reply.
    for (std::size_t i = 0; i < failures.size(); ++i) {
      CHECK(failures[i].request == 5 + i);
      CHECK(failures[i].why.code == errc::not_found);
      CHECK(failures[i].why.outcome == outcome::nothing_written);
    }
    there.client->replies.clear();
  }
}

TEST_CASE("requests carry the identity of the session, whatever the client says") {
  session_world there;
  there.start_live();
  send_request by_user;
  by_user.request = 5;
  by_user.op = op(1);
  by_user.peer = bob;
  by_user.body = "hello";
  send_request by_thread = by_user;
  by_thread.request = 6;
  by_thread.peer = {};
  by_thread.thread = thread_id::direct(ann, eve);
  there.ask({by_user, by_thread, delivered_report{with_bob, sequence{3}}});

  const auto sent = there.router.take_thread_messages();
  REQUIRE(sent.size() == 2); // One message a thread and turn, in order.
  CHECK(sent[0].first == with_bob);
  REQUIRE(sent[0].second.size() == 2);
  const auto& message = std::get<send_message>(sent[0].second[0]);
  CHECK(message.ref.session == there.address());
  CHECK(message.ref.request == 5);
  CHECK(message.from == ann);
  CHECK(message.from_name == "ann");
  CHECK(message.device == device_no(1));
  CHECK(message.thread == with_bob);
  CHECK(message.body == "hello");
  CHECK(std::get<report_delivered>(sent[0].second[1]).user == ann);
  CHECK(sent[1].first == thread_id::direct(ann, eve));

  there.ask({history_request{7, with_bob, sequence{1}, std::nullopt, 10},
             inbox_request{8, std::nullopt, std::nullopt, {}, 10},
             mark_read_request{9, with_bob, sequence{2}}, find_user_request{10, "bob", {}},
             sign_out_request{11}});
  const auto reads = there.router.take_reads();
  REQUIRE(reads.size() == 4);
  CHECK(std::get<read_history>(reads[0]).user == ann);
  CHECK(std::get<read_history>(reads[0]).ref.request == 7);
  CHECK(std::get<read_inbox>(reads[1]).user == ann);
  CHECK(std::get<mark_read>(reads[2]).user == ann);
  CHECK(std::get<find_user>(reads[3]).name == "bob");
  const auto accounts = there.router.take_account_messages();
  REQUIRE(accounts.size() == 1);
  CHECK(std::get<sign_out>(accounts[0].second.at(0)).user == ann);
  CHECK(std::get<sign_out>(accounts[0].second.at(0)).device == device_no(1));
  CHECK(std::get<sign_out>(accounts[0].second.at(0)).name == "ann");
  CHECK_FALSE(std::get<sign_out>(accounts[0].second.at(0)).token_hash.empty());
}

TEST_CASE("nothing is asked for a client that is not signed in") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.ask({delivered_report{with_bob, sequence{3}}, find_user_request{10, "bob", {}}});
  CHECK(there.router.take_thread_messages().empty());
  CHECK(there.router.take_reads().empty());
}

TEST_CASE("replies and pushes reach the client as what they are") {
  session_world there;
  there.start_live();
  send_acked ack;
  ack.request = 5;
  ack.seq = sequence{3};
  there.tell({ack, request_failed{6, {errc::conflict, "no"}}, session_world::events(with_bob, {3}),
              receipt_moved{with_bob, bob, sequence{2}, sequence{1}},
              own_read_moved{with_bob, sequence{2}, weft::ordinal{2}}});
  CHECK(there.replies<send_acked>().size() == 1);
  CHECK(there.replies<request_failed>().size() == 1);
  CHECK(there.client->replies.size() == 2);
  CHECK(there.pushes<events_delivered>().size() == 1);
  CHECK(there.pushes<receipt_moved>().size() == 1);
  CHECK(there.pushes<own_read_moved>().size() == 1);
  CHECK_FALSE(there.has_ended());
}

TEST_CASE("the version that heartbeats report never goes back") {
  session_world there;
  there.start_live();
  there.tell({inbox_moved{inbox_version{5}}, inbox_moved{inbox_version{3}}});
  CHECK(there.client->versions == std::vector{inbox_version{5}, inbox_version{5}});
}

TEST_CASE("a client that does not keep up misses pushes, and is told when it can take them") {
  session_world there;
  there.start_live();
  there.tell({inbox_moved{inbox_version{4}}});
  there.client->room = 2;
  for (std::uint64_t seq = 1; seq <= 5; ++seq)
    there.tell({session_world::events(with_bob, {seq})});
  CHECK(there.pushes<events_delivered>().size() == 2);
  there.client->room = 100;
  // Until it has drained everything is dropped, so that it sees one gap and not many.
  there.tell({session_world::events(with_bob, {6}),
              receipt_moved{with_bob, bob, sequence{2}, sequence{1}}});
  CHECK(there.client->pushes.size() == 2);
  CHECK(there.client->lagging.empty());
  // Replies are never dropped.
  send_acked ack;
  ack.request = 5;
  there.tell({ack});
  CHECK(there.replies<send_acked>().size() == 1);

  there.tell({inbox_moved{inbox_version{9}}});
  there.drained();
  CHECK(there.client->lagging == std::vector{inbox_version{9}});
  there.tell({session_world::events(with_bob, {7})});
  CHECK(there.client->pushes.size() == 3);
  there.drained(); // Nothing was dropped since.
  CHECK(there.client->lagging.size() == 1);
}

TEST_CASE("a connection that breaks leaves its session until it expires") {
  session_world there;
  there.start_live();
  there.detached();
  CHECK_FALSE(there.has_ended());
  CHECK(there.table.withdrawn.empty());
  CHECK(there.client.use_count() == 1); // The connection is let go.
  // What comes meanwhile goes nowhere and does no harm.
  there.tell({session_world::events(with_bob, {1}), inbox_moved{inbox_version{2}}, send_acked{}});
  there.drained();
  CHECK(there.client->pushes.empty());
  there.expired();
  CHECK(there.has_ended());
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.client->closed.empty());
}

TEST_CASE("a connection that breaks while signing in ends its session") {
  session_world there;
  there.start(session_world::token_of_ann());
  there.detached();
  CHECK(there.has_ended());
  CHECK(there.table.announced.empty());
  CHECK(there.table.withdrawn == std::vector{there.address()});
}

TEST_CASE("a session that hears nothing for too long closes its connection") {
  session_world there;
  there.start_live();
  there.expired();
  REQUIRE(there.client->closed.size() == 1);
  CHECK(there.client->closed[0].code == errc::timeout);
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.has_ended());
}

TEST_CASE("a session that a newer one of its device replaces closes its connection") {
  session_world there;
  there.start_live();
  there.tell({session_ended{{errc::fenced, "a newer session of this device"}}});
  REQUIRE(there.client->closed.size() == 1);
  CHECK(there.client->closed[0].code == errc::fenced);
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.has_ended());
}

TEST_CASE("a session that is signed out replies, closes and ends") {
  session_world there;
  there.start_live();
  there.ask({sign_out_request{7}});
  CHECK_FALSE(there.has_ended());
  there.tell({signed_out{7}});
  REQUIRE(there.replies<signed_out>().size() == 1);
  CHECK(there.replies<signed_out>()[0].request == 7);
  CHECK(there.client->closed.size() == 1);
  CHECK(there.table.withdrawn == std::vector{there.address()});
  CHECK(there.has_ended());
}
