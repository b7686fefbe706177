// Whether users are there, asked for at a node that is killed and stopped.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What a node of these tests is told: sessions end soon, and who is not back soon is away.
std::vector<std::string> soon() {
  return {"--heartbeat-ms", "1000", "--session-expiry-ms", "2500", "--last-seen-every-ms", "50"};
}

weft::Presence presence_of(device& asker, user_id user) {
  weft::ClientFrame frame;
  frame.mutable_presence()->add_user_ids(user.value);
  const auto answer = asker.ask(std::move(frame));
  REQUIRE(answer.presence().users_size() == 1);
  CHECK(answer.presence().users(0).user_id() == user.value);
  return answer.presence().users(0);
}

/// Asks until the user is so; the asker's session stays alive by it.
weft::Presence await_state(device& asker, user_id user, weft::Presence::State state) {
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    auto found = presence_of(asker, user);
    if (found.state() == state)
      return found;
    CAPTURE(found.ShortDebugString());
    REQUIRE(steady_clock::now() < deadline);
    // sleep: a heartbeat deadline is waited for; asking is how one learns that it has passed.
    std::this_thread::sleep_for(milliseconds{20});
  }
}

struct watched_node : ann_and_bob {
  watched_node() : ann_and_bob(soon()) {}
};

} // namespace

TEST_CASE_FIXTURE(watched_node, "a user is online until his heartbeat deadline, then last seen") {
  CHECK(presence_of(ann, bob.user()).state() == weft::Presence::ONLINE);
  CHECK(presence_of(ann, bob.user()).last_seen_ms() == 0);
  bob.leave();
  // In his grace he is there; a device that comes back in time has never been away.
  bob.resume();
  CHECK(presence_of(ann, bob.user()).state() == weft::Presence::ONLINE);
  bob.leave();
  const auto away = await_state(ann, bob.user(), weft::Presence::OFFLINE);
  CHECK(away.last_seen_ms() > 1'600'000'000'000);
  bob.resume();
  CHECK(presence_of(ann, bob.user()).state() == weft::Presence::ONLINE);
  // Nobody is told who exists.
  CHECK(presence_of(ann, user_id{77}).state() == weft::Presence::HIDDEN);
}

TEST_CASE_FIXTURE(watched_node, "after kill -9 users are unknown until they are back or away") {
  node.kill();
  node.start();
  ann.resume();
  // She has just come back herself: the first answer is one of a node that has just started.
  const auto first = presence_of(ann, bob.user()).state();
  CHECK((first == weft::Presence::UNKNOWN || first == weft::Presence::OFFLINE));
  CHECK(presence_of(ann, ann.user()).state() == weft::Presence::ONLINE);
  await_state(ann, bob.user(), weft::Presence::OFFLINE);
  bob.resume();
  CHECK(presence_of(ann, bob.user()).state() == weft::Presence::ONLINE);
}

TEST_CASE("within a heartbeat interval of its start a node calls nobody away") {
  ann_and_bob at({"--heartbeat-ms", "600000", "--last-seen-every-ms", "50"});
  at.node.kill();
  at.node.start();
  at.ann.resume();
  CHECK(presence_of(at.ann, at.bob.user()).state() == weft::Presence::UNKNOWN);
  at.bob.resume();
  CHECK(presence_of(at.ann, at.bob.user()).state() == weft::Presence::ONLINE);
}

TEST_CASE_FIXTURE(watched_node, "when users were last seen outlives an orderly stop") {
  bob.leave();
  const auto away = await_state(ann, bob.user(), weft::Presence::OFFLINE);
  REQUIRE(node.stop().status == 0);
  node.start();
  ann.resume();
  CHECK(presence_of(ann, bob.user()).last_seen_ms() == away.last_seen_ms());
}

TEST_CASE_FIXTURE(watched_node, "a question for nobody, or for too many, is refused") {
  weft::ClientFrame frame;
  frame.mutable_presence();
  CHECK(ann.ask(frame).error().code() == weft::BAD_REQUEST);
  for (std::uint64_t i = 1; i <= 101; ++i)
    frame.mutable_presence()->add_user_ids(i);
  CHECK(ann.ask(frame).error().code() == weft::TOO_LARGE);
  frame.mutable_presence()->mutable_user_ids()->RemoveLast();
  CHECK(ann.ask(frame).presence().users_size() == 100);
  device stranger(node, "stranger");
  stranger.connect();
  CHECK(stranger.ask(frame).error().code() == weft::NOT_SIGNED_IN);
}

} // namespace weft::testing
