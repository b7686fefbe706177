// One operation, however often it is asked for.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

namespace weft::testing {

namespace {

/// An operation id that claims to be `age` old.
op_id aged(std::chrono::hours age) {
  const auto then = (std::chrono::system_clock::now() - age).time_since_epoch();
  auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(then).count());
  // Not by make_uuid_v7, whose ids never go back.
  op_id out{make_uuid_v7(time_ms{1})};
  for (std::size_t i = 6; i-- > 0; ms >>= 8)
    out.bytes[i] = static_cast<std::uint8_t>(ms & 0xff);
  return out;
}

void check_repeat(const weft::ServerFrame& answer, const weft::Ack& first) {
  REQUIRE(answer.has_ack());
  CHECK(answer.ack().duplicate());
  CHECK(answer.ack().seq() == first.seq());
  CHECK(answer.ack().ordinal() == first.ordinal());
  CHECK(answer.ack().time_ms() == first.time_ms());
}

} // namespace

TEST_CASE_FIXTURE(ann_and_bob,
                  "a repeated message keeps its number, over reconnects and restarts") {
  const auto op = ann.make_op_id();
  const auto first = ann.send(thread, "once", op).ack();
  CHECK_FALSE(first.duplicate());
  check_repeat(ann.send(thread, "once", op), first);
  REQUIRE(ann.send(thread, "later").has_ack());

  ann.leave();
  ann.resume();
  check_repeat(ann.send(thread, "once", op), first);

  node.kill();
  node.start();
  ann.resume();
  check_repeat(ann.send(thread, "once", op), first);
  CHECK(whole_history(ann, thread).size() == 2);
}

TEST_CASE_FIXTURE(ann_and_bob, "a message repeated while it is under way is written once") {
  weft::ClientFrame frame;
  const auto op = ann.make_op_id();
  frame.mutable_send()->set_thread(to_bytes(thread));
  frame.mutable_send()->set_op_id(std::string{op.view()});
  frame.mutable_send()->set_body("impatient");
  std::vector<std::uint64_t> requests;
  for (int i = 0; i < 20; ++i)
    requests.push_back(ann.post(frame));
  int duplicates = 0;
  for (const auto request : requests) {
    const auto answer = ann.reply_to(request);
    REQUIRE(answer.has_ack());
    CHECK(answer.ack().seq() == 1);
    duplicates += answer.ack().duplicate() ? 1 : 0;
  }
  CHECK(duplicates == 19);
  CHECK(whole_history(bob, thread).size() == 1);
}

TEST_CASE_FIXTURE(ann_and_bob, "a message sent on a connection that breaks is written once") {
  weft::ClientFrame frame;
  const auto op = ann.make_op_id();
  frame.mutable_send()->set_thread(to_bytes(thread));
  frame.mutable_send()->set_op_id(std::string{op.view()});
  frame.mutable_send()->set_body("was it heard?");
  ann.post(frame);
  ann.leave();
  ann.resume();
  CHECK(ann.ask(frame).ack().seq() == 1);
  CHECK(bob.await_events(thread, 1).front().seq() == 1);
  CHECK(whole_history(bob, thread).size() == 1);
}

TEST_CASE_FIXTURE(ann_and_bob, "the same id with another payload is a conflict") {
  const auto op = ann.make_op_id();
  REQUIRE(ann.send(thread, "once", op).has_ack());
  const auto check_conflict = [&] {
    for (const auto& answer :
         {ann.send(thread, "twice", op), ann.send(thread, "once", op, "text/html")}) {
      CHECK(answer.error().code() == weft::CONFLICT);
      CHECK(answer.error().outcome() == weft::NOTHING_WRITTEN);
    }
  };
  check_conflict();
  node.kill();
  node.start();
  ann.resume();
  check_conflict();
  CHECK(whole_history(ann, thread).size() == 1);
}

TEST_CASE_FIXTURE(ann_and_bob, "one id of two devices names two messages") {
  device tablet(node, "ann");
  tablet.log_in();
  const auto op = ann.make_op_id();
  CHECK(ann.send(thread, "from the phone", op).ack().seq() == 1);
  CHECK(tablet.send(thread, "from the tablet", op).ack().seq() == 2);
}

TEST_CASE_FIXTURE(ann_and_bob, "an id older than the window is refused, known or not") {
  using std::chrono::hours;
  const auto just_inside = ann.send(thread, "slow mail", aged(hours{7 * 24 - 1}));
  CHECK(just_inside.has_ack());
  const auto too_old = ann.send(thread, "lost mail", aged(hours{7 * 24 + 1}));
  CHECK(too_old.error().code() == weft::TOO_OLD);
  CHECK(too_old.error().outcome() == weft::NOTHING_WRITTEN);
  CHECK(ann.send(thread, "from tomorrow's tomorrow", aged(-hours{48})).error().code() ==
        weft::BAD_REQUEST);
  CHECK(whole_history(ann, thread).size() == 1);
}

TEST_CASE("a repeated registration finds itself, and no other takes the name") {
  weftd_process node;
  device ann(node, "ann");
  weft::ClientFrame frame;
  auto& what = *frame.mutable_register_();
  what.set_name("ann");
  what.set_password(password);
  what.set_device_id(std::string{ann.id().view()});
  what.set_op_id(std::string{ann.make_op_id().view()});
  const auto ask = [&](const weft::ClientFrame& request) {
    ann.connect();
    return ann.ask(request);
  };
  const auto first = ask(frame);
  REQUIRE(first.has_ready());
  const auto again = ask(frame);
  REQUIRE(again.has_ready());
  CHECK(again.ready().user_id() == first.ready().user_id());

  auto other_operation = frame;
  other_operation.mutable_register_()->set_op_id(std::string{ann.make_op_id().view()});
  CHECK(ask(other_operation).error().code() == weft::NAME_TAKEN);
  auto other_case = other_operation;
  other_case.mutable_register_()->set_name("ANN");
  CHECK(ask(other_case).error().code() == weft::NAME_TAKEN);
  auto other_password = frame;
  other_password.mutable_register_()->set_password("another password");
  CHECK(ask(other_password).error().code() == weft::CONFLICT);
}

} // namespace weft::testing
