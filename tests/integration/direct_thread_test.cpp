// Direct messages between two users, end to end.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <set>

namespace weft::testing {

TEST_CASE("both sides that race for the first message get one thread") {
  weftd_process node;
  // Several races, since one may be won without being run.
  for (int round = 0; round < 5; ++round) {
    device ann(node, "ann" + std::to_string(round));
    device bob(node, "bob" + std::to_string(round));
    ann.register_account();
    bob.register_account();
    weft::ClientFrame from_ann;
    from_ann.mutable_send()->set_user(bob.user().value);
    from_ann.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
    from_ann.mutable_send()->set_body("hello from ann");
    weft::ClientFrame from_bob;
    from_bob.mutable_send()->set_user(ann.user().value);
    from_bob.mutable_send()->set_op_id(std::string{bob.make_op_id().view()});
    from_bob.mutable_send()->set_body("hello from bob");
    const auto first = ann.post(std::move(from_ann));
    const auto second = bob.post(std::move(from_bob));
    const auto ann_ack = ann.reply_to(first);
    const auto bob_ack = bob.reply_to(second);
    REQUIRE(ann_ack.has_ack());
    REQUIRE(bob_ack.has_ack());
    CHECK(ann_ack.ack().thread() == to_bytes(thread_of(ann, bob)));
    CHECK(ann_ack.ack().thread() == bob_ack.ack().thread());
    CHECK(std::set{ann_ack.ack().seq(), bob_ack.ack().seq()} == std::set<std::uint64_t>{1, 2});
    CHECK(whole_history(ann, thread_of(ann, bob)).size() == 2);
    CHECK(ann.await_events(thread_of(ann, bob), 1).front().message().body() == "hello from bob");
    CHECK(bob.await_events(thread_of(ann, bob), 1).front().message().body() == "hello from ann");
  }
}

TEST_CASE_FIXTURE(ann_and_bob, "a message reaches the other side as it was sent") {
  const auto op = ann.make_op_id();
  const auto ack = ann.send(thread, "hello", op).ack();
  CHECK(ack.seq() == 1);
  CHECK(ack.ordinal() == 1);
  CHECK(ack.time_ms() > 0);
  CHECK_FALSE(ack.duplicate());
  const auto event = bob.await_events(thread, 1).front();
  CHECK(event.seq() == 1);
  CHECK(event.ordinal() == 1);
  CHECK(event.time_ms() == ack.time_ms());
  CHECK(event.from() == ann.user().value);
  CHECK(event.op_id() == op.view());
  CHECK(event.message().content_type().empty());
  CHECK(event.message().body() == "hello");
}

TEST_CASE_FIXTURE(ann_and_bob, "a thread with oneself works like every other") {
  const auto notes = thread_id::direct(ann.user(), ann.user());
  CHECK(ann.send(notes, "do not forget").ack().seq() == 1);
  CHECK(ann.send(notes, "milk").ack().seq() == 2);
  CHECK(whole_history(ann, notes).back().message().body() == "milk");
  CHECK(await_inbox_row(ann, notes, 2).peer_id() == ann.user().value);
}

TEST_CASE_FIXTURE(ann_and_bob, "every script and every code point arrives unchanged") {
  // Code points of every plane but the surrogates, in several messages.
  std::vector<std::string> bodies{"שלום, Привет, नमस्ते, こんにちは, 안녕하세요, سلام, "
                                  "👩‍👩‍👧‍👦 "
                                  "e\u0301 é"};
  std::string body;
  const auto add = [&](std::uint32_t point) {
    if (point < 0x80) {
      body += static_cast<char>(point);
    } else if (point < 0x800) {
      body += static_cast<char>(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      body += static_cast<char>(0xE0 | point >> 12);
      body += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    } else {
      body += static_cast<char>(0xF0 | point >> 18);
      body += static_cast<char>(0x80 | (point >> 12 & 0x3F));
      body += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    }
    if (point >= 0x80)
      body += static_cast<char>(0x80 | (point & 0x3F));
  };
  for (std::uint32_t point = 0; point <= 0x10FFFF; point += point < 0x10000 ? 1 : 61) {
    if (point >= 0xD800 && point <= 0xDFFF)
      continue;
    add(point);
    if (body.size() > 60'000) {
      bodies.push_back(body);
      body.clear();
    }
  }
  bodies.push_back(body);
  for (const auto& each : bodies)
    REQUIRE(ann.send(thread, each).has_ack());
  const auto got = bob.await_events(thread, bodies.size());
  const auto kept = whole_history(bob, thread);
  REQUIRE(kept.size() == bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    CHECK((got[i].message().body() == bodies[i]));
    CHECK((kept[i].message().body() == bodies[i]));
  }
}

TEST_CASE_FIXTURE(ann_and_bob, "any bytes travel with their content type") {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  CHECK(ann.send(thread, bytes, ann.make_op_id(), "application/octet-stream").has_ack());
  CHECK(ann.send(thread, "", ann.make_op_id(), "application/x-nothing").has_ack());
  const auto got = bob.await_events(thread, 2);
  CHECK((got[0].message().body() == bytes));
  CHECK(got[0].message().content_type() == "application/octet-stream");
  CHECK(got[1].message().body().empty());
  CHECK(got[1].message().content_type() == "application/x-nothing");
}

TEST_CASE_FIXTURE(ann_and_bob, "exactly 64 KiB are taken, and one byte more is too large") {
  CHECK(ann.send(thread, std::string(64u << 10, 'x')).has_ack());
  const auto refused = ann.send(thread, std::string((64u << 10) + 1, 'x'));
  CHECK(refused.error().code() == weft::TOO_LARGE);
  CHECK(refused.error().outcome() == weft::NOTHING_WRITTEN);
  // The connection is kept, and nothing of it was written.
  CHECK(ann.send(thread, "small").ack().seq() == 2);
  CHECK(bob.await_events(thread, 2).front().message().body().size() == 64u << 10);
}

TEST_CASE_FIXTURE(ann_and_bob, "other people's threads cannot be told from unknown ones") {
  REQUIRE(ann.send(thread, "between us").has_ack());
  device eve(node, "eve");
  eve.register_account();
  const user_id nobody{12345};
  const auto unknown = thread_id::direct(user_id{1}, nobody);
  const auto refusal = [](weft::ServerFrame frame) {
    REQUIRE(frame.has_error());
    return frame.error().SerializeAsString();
  };
  const auto not_found = [](const weft::ServerFrame& frame) {
    return frame.error().code() == weft::NOT_FOUND;
  };
  for (const auto& request : {history_request(thread, 0, {}, 10), history_request(thread, {}, 9, 9),
                              history_request(thread, {}, {}, 0)}) {
    auto other = request;
    other.mutable_history()->set_thread(to_bytes(unknown));
    const auto answer = eve.ask(request);
    CHECK(not_found(answer));
    CHECK(refusal(answer) == refusal(eve.ask(other)));
  }
  CHECK(not_found(eve.send(thread, "let me in")));
  CHECK(refusal(eve.send(thread, "let me in")) == refusal(eve.send(unknown, "let me in")));
  CHECK(not_found(eve.mark_read(thread, 1)));
  CHECK(refusal(eve.mark_read(thread, 1)) == refusal(eve.mark_read(unknown, 1)));
  // To somebody who does not exist.
  weft::ClientFrame frame;
  frame.mutable_send()->set_user(nobody.value);
  frame.mutable_send()->set_op_id(std::string{eve.make_op_id().view()});
  CHECK(not_found(eve.ask(frame)));
  // A report about it is taken without an answer, and moves nothing.
  eve.report_delivered(thread, 1);
  eve.report_delivered(unknown, 1);
  CHECK(eve.beat().has_heartbeat_ack());
  const auto page = ann.ask(history_request(thread, 0, {}, 10)).history();
  CHECK(page.events_size() == 1);
  CHECK(page.members_size() == 2);
  for (const auto& member : page.members())
    CHECK(member.delivered_seq() == 0);
}

TEST_CASE_FIXTURE(ann_and_bob, "users are found by name and by id, whatever the case") {
  weft::ClientFrame by_name;
  by_name.mutable_find_user()->set_name("BOB");
  CHECK(ann.ask(by_name).user().user_id() == bob.user().value);
  weft::ClientFrame by_id;
  by_id.mutable_find_user()->set_user_id(bob.user().value);
  CHECK(ann.ask(by_id).user().name() == "bob");
  weft::ClientFrame unknown;
  unknown.mutable_find_user()->set_name("nobody");
  CHECK(ann.ask(unknown).error().code() == weft::NOT_FOUND);
}

} // namespace weft::testing
