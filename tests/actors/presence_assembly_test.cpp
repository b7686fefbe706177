#include "actors/presence_assembly.hpp"

#include <doctest/doctest.h>

namespace weft::actors {
namespace {

const user_id ann{1};
const user_id bob{2};

presence_read answer(std::uint64_t request, user_id user) {
  return {request, {{user, presence_state::online, time_ms{}}}};
}

const error busy{errc::overloaded, "too many reads wait", outcome::nothing_written, 500};

} // namespace

TEST_CASE("the answers of all shards make one reply") {
  presence_assembly waiting;
  waiting.begin(7, 2);
  waiting.begin(8, 1);
  CHECK_FALSE(waiting.add(answer(7, ann)));
  CHECK(waiting.is_waiting(7));
  REQUIRE(waiting.add(answer(8, bob)));
  const auto done = waiting.add(answer(7, bob));
  REQUIRE(done);
  const auto& read = std::get<presence_read>(*done);
  CHECK(read.request == 7);
  REQUIRE(read.users.size() == 2);
  CHECK(read.users[0].user == ann);
  CHECK(read.users[1].user == bob);
  CHECK_FALSE(waiting.is_waiting(7));
}

TEST_CASE("one shard that refuses refuses the question, once") {
  presence_assembly waiting;
  waiting.begin(7, 3);
  CHECK_FALSE(waiting.add(request_failed{7, busy}));
  CHECK_FALSE(waiting.add(answer(7, ann)));
  const auto done = waiting.add(request_failed{7, busy});
  REQUIRE(done);
  CHECK(std::get<request_failed>(*done).why.code == errc::overloaded);
  CHECK(std::get<request_failed>(*done).request == 7);
  CHECK_FALSE(waiting.is_waiting(7));
}

TEST_CASE("what nobody waits for is dropped") {
  presence_assembly waiting;
  CHECK_FALSE(waiting.add(answer(7, ann)));
  CHECK_FALSE(waiting.add(request_failed{7, busy}));
}

} // namespace weft::actors
