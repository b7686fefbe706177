#include "net/client/pending_operations.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace weft;
using namespace weft::net::client;
using namespace std::chrono_literals;

namespace {

struct operations {
  pending_operations pending{1};
  pending_operations::instant now{1h};
  std::vector<ClientFrame> sent;
  std::vector<result<ServerFrame>> ended;
  std::uint64_t last_request = 0;

  void add(const std::string& body, std::chrono::milliseconds within = 10s) {
    ClientFrame frame;
    frame.mutable_send()->set_body(body);
    pending.add(frame, now + within,
                [this](result<ServerFrame> outcome) { ended.push_back(std::move(outcome)); });
  }
  void send_due() {
    pending.send_due(now, [this](ClientFrame& frame) {
      frame.set_request_id(++last_request);
      sent.push_back(frame);
      return last_request;
    });
  }
  bool acknowledge(std::uint64_t request) {
    ServerFrame reply;
    reply.set_request_id(request);
    reply.mutable_ack()->set_seq(1);
    return pending.answer(reply, now);
  }
  void refuse(std::uint64_t request, ErrorCode code, Outcome outcome, std::uint32_t retry_ms) {
    ServerFrame reply;
    reply.set_request_id(request);
    reply.mutable_error()->set_code(code);
    reply.mutable_error()->set_outcome(outcome);
    reply.mutable_error()->set_retry_after_ms(retry_ms);
    pending.answer(reply, now);
  }
};

} // namespace

TEST_CASE("an operation ends with its reply, once") {
  operations all;
  all.add("a");
  all.send_due();
  all.send_due();
  REQUIRE(all.sent.size() == 1);
  CHECK(all.acknowledge(1));
  CHECK_FALSE(all.acknowledge(1));
  REQUIRE(all.ended.size() == 1);
  CHECK(all.ended[0]);
  CHECK(all.pending.size() == 0);
}

TEST_CASE("what was not answered is sent again after a reconnect, in order") {
  operations all;
  all.add("a");
  all.add("b");
  all.add("c");
  all.send_due();
  all.acknowledge(2);
  all.pending.link_lost({errc::unavailable, "connection lost", {}, 0});
  all.send_due();
  REQUIRE(all.sent.size() == 5);
  CHECK(all.sent[3].send().body() == "a");
  CHECK(all.sent[4].send().body() == "c");
  // The reply to the first try can no longer come; its number means nothing any more.
  CHECK_FALSE(all.acknowledge(1));
  CHECK(all.acknowledge(4));
}

TEST_CASE("a refusal that time may heal is tried again, not before the server asked for it") {
  operations all;
  all.add("a");
  all.send_due();
  all.refuse(1, OVERLOADED, NOTHING_WRITTEN, 500);
  all.send_due();
  CHECK(all.sent.size() == 1);
  REQUIRE(all.pending.next_event());
  CHECK(*all.pending.next_event() >= all.now + 500ms);
  all.now = *all.pending.next_event();
  all.send_due();
  CHECK(all.sent.size() == 2);
  CHECK(all.ended.empty());
}

TEST_CASE("a refusal for good ends the operation") {
  operations all;
  all.add("a");
  all.send_due();
  all.refuse(1, FORBIDDEN, NOTHING_WRITTEN, 0);
  REQUIRE(all.ended.size() == 1);
  CHECK(all.ended[0].failure().code == errc::forbidden);
  CHECK(all.ended[0].failure().outcome == outcome::nothing_written);
}

TEST_CASE("a failure after a try whose reply was lost leaves the outcome unknown") {
  operations all;
  all.add("a");
  all.send_due();
  all.pending.link_lost({errc::unavailable, "connection lost", {}, 0});
  all.send_due();
  all.refuse(2, READ_ONLY, NOTHING_WRITTEN, 0);
  REQUIRE(all.ended.size() == 1);
  CHECK(all.ended[0].failure().outcome == outcome::unknown_retry_same_id);
}

TEST_CASE("at its deadline an operation ends with what kept it") {
  operations all;
  all.add("never sent", 1s);
  all.pending.link_lost({errc::unavailable, "connection lost: reset", {}, 0});
  all.add("sent", 2s);
  all.now += 1s;
  all.pending.expire(all.now);
  REQUIRE(all.ended.size() == 1);
  CHECK(all.ended[0].failure().message == "connection lost: reset");
  CHECK(all.ended[0].failure().outcome == outcome::nothing_written);
  all.send_due();
  all.now += 1s;
  all.pending.expire(all.now);
  REQUIRE(all.ended.size() == 2);
  CHECK(all.ended[1].failure().code == errc::timeout);
  CHECK(all.ended[1].failure().outcome == outcome::unknown_retry_same_id);
}

TEST_CASE("an operation added by one that failed is not failed with it") {
  pending_operations pending(1);
  int failed = 0;
  const pending_operations::instant now{1h};
  pending.add({}, now, [&](result<ServerFrame>) {
    ++failed;
    pending.add({}, now, [&](result<ServerFrame>) { ++failed; });
  });
  pending.fail_all({errc::unavailable, "ended", {}, 0});
  CHECK(failed == 1);
  CHECK(pending.size() == 1);
}

TEST_CASE("the table of operations is bounded") {
  operations all;
  for (std::size_t i = 0; i <= pending_operations::operations_max; ++i)
    all.add("x");
  REQUIRE(all.ended.size() == 1);
  CHECK(all.ended[0].failure().code == errc::overloaded);
}

TEST_CASE("delays grow to their bound and are drawn from the upper half of their span") {
  std::minstd_rand random(3);
  backoff pause(100ms, 1s);
  for (const auto span : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto delay = pause.next(random);
    CHECK(delay >= span / 2);
    CHECK(delay <= span);
  }
  pause.reset();
  CHECK(pause.next(random) <= 100ms);
}
