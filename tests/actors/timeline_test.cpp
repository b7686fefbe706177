#include "actors/timeline.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

constexpr time_ms noon{1'700'000'000'000};

/// A thread of Ann and Bob that begins empty.
struct conversation {
  actors::limits bounds;
  thread_id id = thread_id::direct(ann, bob);
  timeline line{id, bounds};
  std::uint64_t next_request = 1;

  explicit conversation(actors::limits with = {}) : bounds(with) {
    line.load(std::nullopt);
    line.open({member(ann, "ann"), member(bob, "bob")});
  }

  send_message message(std::uint32_t op, std::string body, std::uint8_t device = 1,
                       time_ms made = noon) {
    send_message out;
    out.ref = {{node_no{1}, session_no{device}}, next_request++};
    out.from = ann;
    out.device = device_no(device);
    out.op = op_at(made, op);
    out.thread = id;
    out.body = std::move(body);
    return out;
  }
  send_decision send(std::uint32_t op, std::string body, time_ms now = noon,
                     std::uint8_t device = 1) {
    return line.decide(message(op, std::move(body), device), now);
  }
  storage::event_record appended(std::uint32_t op, std::string body, time_ms now = noon) {
    auto decision = send(op, std::move(body), now);
    REQUIRE(std::holds_alternative<append_event>(decision));
    return std::get<append_event>(decision).record;
  }
};

errc refusal(const send_decision& decision) {
  const auto* refused = std::get_if<actors::refuse>(&decision);
  return refused ? refused->why.code : errc::none;
}

} // namespace

TEST_CASE("a fresh operation becomes the next event") {
  conversation talk;
  const auto first = talk.appended(1, "one");
  const auto second = talk.appended(2, "two");
  CHECK(first.seq == sequence{1});
  CHECK(first.ordinal == weft::ordinal{1});
  CHECK(second.seq == sequence{2});
  CHECK(second.ordinal == weft::ordinal{2});
  CHECK(talk.line.pending() == 2);
  CHECK(talk.line.last_committed() == sequence{0});

  const auto event = event_of(*first.bytes);
  CHECK(event.seq() == 1);
  CHECK(event.ordinal() == 1);
  CHECK(event.time_ms() == noon.value);
  CHECK(event.from() == ann.value);
  CHECK(event.op_id() == op_at(noon, 1).view());
  CHECK(event.message().body() == "one");
  CHECK(first.payload_hash == payload_hash("", "one"));
}

TEST_CASE("only the first event of a thread carries its members") {
  conversation talk;
  CHECK(talk.appended(1, "one").opening.size() == 2);
  CHECK(talk.appended(2, "two").opening.empty());
}

TEST_CASE("a thread with a past goes on where its head stands") {
  actors::limits bounds;
  timeline line(thread_id::direct(ann, bob), bounds);
  state::ThreadHead head;
  head.set_last_seq(7);
  head.set_last_ordinal(5);
  head.set_last_time_ms(noon.value + 1'000);
  *head.add_members() = member(ann, "ann");
  *head.add_members() = member(bob, "bob");
  line.load(head);
  CHECK(line.is_open());
  CHECK(line.last_committed() == sequence{7});

  conversation other;
  line.learn({device_no(1), op_at(noon, 1)}, std::nullopt, std::nullopt);
  const auto decision = line.decide(other.message(1, "next"), noon);
  REQUIRE(std::holds_alternative<append_event>(decision));
  const auto& record = std::get<append_event>(decision).record;
  CHECK(record.seq == sequence{8});
  CHECK(record.ordinal == weft::ordinal{6});
  CHECK(record.time == time_ms{noon.value + 1'000});
  CHECK(record.opening.empty());
}

TEST_CASE("times never decrease even when the clock is set back") {
  conversation talk;
  const auto later = time_ms{noon.value + 60'000};
  CHECK(talk.appended(1, "one", later).time == later);
  CHECK(talk.appended(2, "two", noon).time == later);
  CHECK(talk.appended(3, "three", time_ms{later.value + 1}).time == time_ms{later.value + 1});
}

TEST_CASE("a repeat of a pending operation joins it and is acknowledged with it") {
  conversation talk;
  talk.appended(1, "one");
  CHECK(std::holds_alternative<join_pending>(talk.send(1, "one")));
  CHECK(talk.line.pending() == 1);
  const auto committed = talk.line.commit(1);
  REQUIRE(committed.size() == 1);
  REQUIRE(committed[0].waiting.size() == 2);
  CHECK(committed[0].waiting[0].request == 1);
  CHECK(committed[0].waiting[1].request == 2);
}

TEST_CASE("a repeat of a committed operation gets the original result") {
  conversation talk;
  talk.appended(1, "one", noon);
  talk.appended(2, "two", noon);
  talk.line.commit(2);
  const auto decision = talk.send(1, "one", time_ms{noon.value + 9'000});
  REQUIRE(std::holds_alternative<repeat_of>(decision));
  CHECK(std::get<repeat_of>(decision).done.seq == sequence{1});
  CHECK(std::get<repeat_of>(decision).done.time == noon);
  CHECK(talk.line.pending() == 0);
}

TEST_CASE("an operation id with another payload is a conflict, pending or committed") {
  conversation talk;
  talk.appended(1, "one");
  CHECK(refusal(talk.send(1, "other")) == errc::conflict);
  talk.line.commit(1);
  CHECK(refusal(talk.send(1, "other")) == errc::conflict);
  auto typed = talk.message(1, "one");
  typed.content_type = "text/html";
  CHECK(refusal(talk.line.decide(std::move(typed), noon)) == errc::conflict);
  CHECK(talk.line.pending() == 0);
}

TEST_CASE("an operation id older than the window is refused as too old") {
  conversation talk;
  const auto window = static_cast<std::uint64_t>(talk.bounds.operation_window.count());
  CHECK(refusal(talk.send(1, "old", time_ms{noon.value + window + 1})) == errc::too_old);
  CHECK(std::holds_alternative<append_event>(
      talk.send(1, "just in time", time_ms{noon.value + window})));
}

TEST_CASE("a repeat that has grown too old is refused rather than appended again") {
  conversation talk;
  talk.appended(1, "one");
  talk.line.commit(1);
  const auto window = static_cast<std::uint64_t>(talk.bounds.operation_window.count());
  CHECK(refusal(talk.send(1, "one", time_ms{noon.value + window + 1})) == errc::too_old);
}

TEST_CASE("age is measured by the thread's own time when the clock was set back") {
  conversation talk;
  const auto window = static_cast<std::uint64_t>(talk.bounds.operation_window.count());
  const auto later = time_ms{noon.value + window + 1};
  auto newer = talk.message(9, "newer", 1, later);
  REQUIRE(std::holds_alternative<append_event>(talk.line.decide(std::move(newer), later)));
  CHECK(refusal(talk.send(1, "old", noon)) == errc::too_old);
}

TEST_CASE("an operation id from the future is refused") {
  conversation talk;
  const auto ahead = static_cast<std::uint64_t>(talk.bounds.operation_ahead_max.count());
  CHECK(refusal(talk.send(1, "x", time_ms{noon.value - ahead - 1})) == errc::bad_request);
  CHECK(std::holds_alternative<append_event>(talk.send(1, "x", time_ms{noon.value - ahead})));
}

TEST_CASE("an operation id that is no UUIDv7 is refused") {
  conversation talk;
  auto what = talk.message(1, "x");
  what.op.bytes[6] = 0x40;
  CHECK(refusal(talk.line.decide(std::move(what), noon)) == errc::bad_request);
  CHECK(talk.line.pending() == 0);
}

TEST_CASE("what the store must be asked keeps its message until the answer has come") {
  conversation talk;
  talk.appended(5, "five");
  auto what = talk.message(3, "three");
  auto decision = talk.line.decide(std::move(what), noon);
  REQUIRE(std::holds_alternative<look_up>(decision));
  CHECK(what.body == "three"); // Not consumed: it is decided again.
  const auto asked = std::get<look_up>(decision).key;

  SUBCASE("an operation that the store does not know is appended") {
    talk.line.learn(asked, std::nullopt, std::nullopt);
    decision = talk.line.decide(std::move(what), noon);
    REQUIRE(std::holds_alternative<append_event>(decision));
    CHECK(std::get<append_event>(decision).record.seq == sequence{2});
    CHECK(std::holds_alternative<join_pending>(talk.send(3, "three")));
    CHECK(std::holds_alternative<join_pending>(talk.send(5, "five")));
  }
  SUBCASE("an operation that the store knows is a repeat") {
    talk.line.commit(1);
    talk.line.learn(
        asked, std::nullopt,
        operation_result{sequence{1}, weft::ordinal{1}, noon, payload_hash("", "three")});
    decision = talk.line.decide(std::move(what), noon);
    REQUIRE(std::holds_alternative<repeat_of>(decision));
    CHECK(std::get<repeat_of>(decision).done.seq == sequence{1});
  }
  SUBCASE("an operation that the store knows with another payload is a conflict") {
    talk.line.commit(1);
    talk.line.learn(asked, std::nullopt, operation_result{sequence{1}, weft::ordinal{1}, noon, 1});
    CHECK(refusal(talk.line.decide(std::move(what), noon)) == errc::conflict);
  }
}

TEST_CASE("commits come oldest first and in any portions") {
  conversation talk;
  for (std::uint32_t n = 1; n <= 5; ++n)
    talk.appended(n, "body " + std::to_string(n));
  auto some = talk.line.commit(2);
  REQUIRE(some.size() == 2);
  CHECK(some[0].event.seq == sequence{1});
  CHECK(some[1].event.seq == sequence{2});
  CHECK(talk.line.last_committed() == sequence{2});
  CHECK(talk.line.pending() == 3);
  CHECK(std::holds_alternative<repeat_of>(talk.send(2, "body 2")));
  CHECK(std::holds_alternative<join_pending>(talk.send(3, "body 3")));
  some = talk.line.commit(99);
  REQUIRE(some.size() == 3);
  CHECK(some[0].waiting.size() == 2);
  CHECK(event_of(*some[2].event.bytes).message().body() == "body 5");
  CHECK(talk.line.commit(1).empty());
}

TEST_CASE("a failure gives back everyone who waits, those who joined included") {
  conversation talk;
  talk.appended(1, "one");
  talk.send(1, "one");
  talk.appended(2, "two");
  talk.line.commit(0);
  const auto waiting = talk.line.fail();
  REQUIRE(waiting.size() == 3);
  CHECK(waiting[0].request == 1);
  CHECK(waiting[1].request == 2);
  CHECK(waiting[2].request == 3);
  CHECK(talk.line.pending() == 0);
}

TEST_CASE("appends that wait for their commit are bounded and repeats still join") {
  actors::limits bounds;
  bounds.pending_appends_max = 2;
  conversation talk(bounds);
  talk.appended(1, "one");
  talk.appended(2, "two");
  const auto refused = talk.send(3, "three");
  REQUIRE(refusal(refused) == errc::overloaded);
  CHECK(std::get<actors::refuse>(refused).why.outcome == outcome::nothing_written);
  CHECK(std::get<actors::refuse>(refused).why.retry_after_ms > 0);
  CHECK(std::holds_alternative<join_pending>(talk.send(2, "two")));
  talk.line.commit(1);
  CHECK(talk.appended(3, "three").seq == sequence{3});
}

TEST_CASE("two devices may use one operation id for different messages") {
  conversation talk;
  REQUIRE(std::holds_alternative<append_event>(talk.send(1, "one", noon, 1)));
  CHECK(std::holds_alternative<append_event>(talk.send(1, "two", noon, 2)));
}
