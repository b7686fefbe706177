// Several devices of one user; sessions that come, go and are replaced.
#include "tests/integration/device.hpp"

#include <doctest/doctest.h>

namespace weft::testing {

namespace {

/// Ann with two devices, Bob with one.
struct two_devices {
  weftd_process node;
  device phone{node, "ann"};
  device tablet{node, "ann"};
  device bob{node, "bob"};
  thread_id thread;

  two_devices() {
    phone.register_account();
    tablet.log_in();
    bob.register_account();
    thread = thread_of(phone, bob);
  }
};

std::vector<std::string> bodies_of(const std::vector<weft::Event>& events) {
  std::vector<std::string> out;
  for (const auto& event : events)
    out.push_back(event.message().body());
  return out;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(two_devices, "every device gets everything, own sends included") {
  CHECK(phone.user() == tablet.user());
  REQUIRE(phone.send(thread, "one, from the phone").has_ack());
  REQUIRE(tablet.send(thread, "two, from the tablet").has_ack());
  REQUIRE(bob.send(thread, "three, from bob").has_ack());
  CHECK(bodies_of(bob.await_events(thread, 2)) ==
        strings{"one, from the phone", "two, from the tablet"});
  // The sending session got its acknowledgement instead.
  CHECK(bodies_of(phone.await_events(thread, 2)) ==
        strings{"two, from the tablet", "three, from bob"});
  CHECK(bodies_of(tablet.await_events(thread, 2)) ==
        strings{"one, from the phone", "three, from bob"});
}

TEST_CASE_FIXTURE(two_devices,
                  "the read cursor moves on all devices of its user and goes no way back") {
  for (int i = 1; i <= 5; ++i)
    REQUIRE(bob.send(thread, "message " + std::to_string(i)).has_ack());
  const auto marked = phone.mark_read(thread, 3).read_marked();
  CHECK(marked.thread() == to_bytes(thread));
  CHECK(marked.seq() == 3);
  CHECK(marked.ordinal() == 3);
  const auto moved =
      tablet.await_push([](const auto& frame) { return frame.has_read_moved(); }).read_moved();
  CHECK(moved.thread() == to_bytes(thread));
  CHECK(moved.seq() == 3);
  CHECK(moved.ordinal() == 3);
  // Merged by max.
  CHECK(tablet.mark_read(thread, 1).read_marked().seq() == 3);
  const auto row = await_inbox_row(tablet, thread, 5);
  CHECK(row.read_seq() == 3);
  CHECK(row.read_ordinal() == 3);
  CHECK(row.unread() == 2);
}

TEST_CASE_FIXTURE(two_devices, "the other side sees what was delivered and read") {
  for (int i = 1; i <= 4; ++i)
    REQUIRE(bob.send(thread, "message " + std::to_string(i)).has_ack());
  phone.report_delivered(thread, 4);
  const auto delivered = bob.await_push([](const auto& frame) {
                              return frame.has_receipt() && frame.receipt().delivered_seq() == 4;
                            })
                             .receipt();
  CHECK(delivered.thread() == to_bytes(thread));
  CHECK(delivered.user() == phone.user().value);
  CHECK(delivered.read_seq() == 0);

  REQUIRE(tablet.mark_read(thread, 2).has_read_marked());
  const auto read = bob.await_push([](const auto& frame) {
                         return frame.has_receipt() && frame.receipt().read_seq() == 2;
                       })
                        .receipt();
  CHECK(read.user() == phone.user().value);
  CHECK(read.delivered_seq() == 4);

  // Nobody can have received what does not exist.
  phone.report_delivered(thread, 1'000'000);
  REQUIRE(bob.send(thread, "message 5").has_ack());
  phone.report_delivered(thread, 5);
  const auto next = bob.await_push([](const auto& frame) {
                         return frame.has_receipt() && frame.receipt().delivered_seq() > 4;
                       })
                        .receipt();
  CHECK(next.delivered_seq() == 5);
}

TEST_CASE_FIXTURE(two_devices, "a device that was away catches up by its cursor") {
  REQUIRE(bob.send(thread, "one").has_ack());
  CHECK(bodies_of(tablet.await_events(thread, 1)) == strings{"one"});
  tablet.leave();
  REQUIRE(bob.send(thread, "two").has_ack());
  REQUIRE(phone.send(thread, "three").has_ack());
  REQUIRE(phone.mark_read(thread, 3).has_read_marked());
  tablet.resume({{thread, 1}});
  const auto events = tablet.await_events(thread, 2);
  CHECK(bodies_of(events) == strings{"two", "three"});
  CHECK(events[0].seq() == 2);
  CHECK(events[1].seq() == 3);
  CHECK(await_inbox_row(tablet, thread, 3).read_seq() == 3);
  // And goes on with what comes.
  REQUIRE(bob.send(thread, "four").has_ack());
  CHECK(bodies_of(tablet.await_events(thread, 1)) == strings{"four"});
}

TEST_CASE_FIXTURE(two_devices, "cursors of another history, or of other people, bring nothing") {
  device eve(node, "eve");
  eve.register_account();
  REQUIRE(bob.send(thread, "between us").has_ack());
  eve.leave();
  eve.resume({{thread, 0}, {thread_id::direct(user_id{1}, user_id{2}), 0}});
  auto restored = tablet.twin();
  restored.set_history_id(tablet.history_id() + 1);
  const auto history_id = tablet.history_id();
  CHECK(restored.resume({{thread, 0}}).history_id() == history_id);
  // Whatever the cursors bring comes before what is sent later.
  const auto together = thread_of(eve, phone);
  REQUIRE(phone.send(together, "hello").has_ack());
  CHECK(bodies_of(eve.await_events(together, 1)) == strings{"hello"});
  CHECK(eve.kept_pushes().empty());
  CHECK(bodies_of(restored.await_events(together, 1)) == strings{"hello"});
  for (const auto& push : restored.kept_pushes())
    CHECK_FALSE(push.has_deliver());
}

TEST_CASE_FIXTURE(two_devices, "a hundred cursors are taken, and one more is too large") {
  std::vector<std::pair<thread_id, std::uint64_t>> cursors;
  for (std::uint64_t i = 1; i <= 100; ++i)
    cursors.emplace_back(thread_id::direct(user_id{i}, phone.user()), 0);
  cursors.front().first = thread;
  REQUIRE(bob.send(thread, "one").has_ack());
  phone.resume(cursors);
  CHECK(bodies_of(phone.await_events(thread, 1)) == strings{"one"});
  cursors.push_back(cursors.back());
  CHECK_THROWS(phone.resume(cursors));
}

TEST_CASE_FIXTURE(two_devices, "a newer session of a device ends the older one") {
  auto again = phone.twin();
  again.resume();
  REQUIRE(phone.line().await_closed());
  REQUIRE(phone.line().last_words());
  CHECK(phone.line().last_words()->closing().code() == weft::FENCED);
  REQUIRE(bob.send(thread, "to the newer one").has_ack());
  CHECK(bodies_of(again.await_events(thread, 1)) == strings{"to the newer one"});
  // The other device is not concerned.
  CHECK(bodies_of(tablet.await_events(thread, 1)) == strings{"to the newer one"});
}

TEST_CASE_FIXTURE(two_devices, "logging out ends the token of this device alone") {
  weft::ClientFrame frame;
  frame.mutable_logout();
  CHECK(phone.ask(frame).has_done());
  CHECK(phone.line().await_closed());
  CHECK_THROWS(phone.resume());
  CHECK(phone.connect().version() == 1);
  weft::ClientFrame resume;
  resume.mutable_resume()->set_token(phone.token());
  CHECK(phone.ask(resume).error().code() == weft::BAD_CREDENTIALS);
  CHECK(tablet.beat().has_heartbeat_ack());
  tablet.leave();
  CHECK(tablet.resume().user_id() == tablet.user().value);
  // The installation comes back by its password, with another token.
  const auto old = phone.token();
  phone.log_in();
  CHECK(phone.token() != old);
}

TEST_CASE_FIXTURE(two_devices, "a new login ends the token of before") {
  const auto old = phone.token();
  phone.log_in();
  CHECK(phone.token() != old);
  phone.leave();
  CHECK(phone.resume().user_id() == phone.user().value);
  phone.set_token(old);
  CHECK_THROWS(phone.resume());
}

TEST_CASE_FIXTURE(two_devices,
                  "wrong names, passwords and tokens are all the same to who guesses") {
  const auto answer_to = [&](const char* name, const char* secret) {
    device stranger(node, name);
    stranger.connect();
    weft::ClientFrame frame;
    frame.mutable_login()->set_name(name);
    frame.mutable_login()->set_password(secret);
    frame.mutable_login()->set_device_id(std::string{stranger.id().view()});
    return stranger.ask(frame).error();
  };
  const auto wrong_password = answer_to("ann", "not the password");
  CHECK(wrong_password.code() == weft::BAD_CREDENTIALS);
  const auto wrong_name = answer_to("nobody", "not the password");
  CHECK(wrong_name.code() == wrong_password.code());
  CHECK(wrong_name.message() == wrong_password.message());
  device thief(node, "ann");
  thief.connect();
  weft::ClientFrame frame;
  auto token = phone.token();
  token.back() = token.back() == '0' ? '1' : '0';
  frame.mutable_resume()->set_token(token);
  CHECK(thief.ask(frame).error().code() == weft::BAD_CREDENTIALS);
  // A refused sign-in may be followed by a right one on the same connection.
  frame.mutable_resume()->set_token(phone.token());
  CHECK(thief.ask(frame).has_ready());
}

} // namespace weft::testing
