// The SESSION: asking for the presence of anybody.
#include "tests/actors/session_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

presence_read answer_of(const look_up_presence& what) {
  presence_read out{what.ref.request, {}};
  for (const auto user : what.users)
    out.users.push_back({user, presence_state::online, time_ms{}});
  return out;
}

} // namespace

TEST_CASE("a question for presence goes to the shards of the users, and comes back as one reply") {
  session_world there;
  there.start_live();
  there.ask({presence_request{9, {bob, eve, ann}}});
  const auto asked = there.router.take_lookups();
  REQUIRE(asked.size() == 3);
  for (const auto& each : asked) {
    CHECK(each.viewer == ann);
    CHECK(each.ref.session == there.address());
    CHECK(each.users.size() == 1);
    CHECK(there.replies<presence_read>().empty());
    there.tell({answer_of(each)});
  }
  REQUIRE(there.replies<presence_read>().size() == 1);
  CHECK(there.replies<presence_read>()[0].request == 9);
  CHECK(there.replies<presence_read>()[0].users.size() == 3);
}

TEST_CASE("a shard that refuses refuses the whole question, once") {
  session_world there;
  there.start_live();
  there.ask({presence_request{9, {bob, eve}}});
  const auto asked = there.router.take_lookups();
  REQUIRE(asked.size() == 2);
  there.tell({request_failed{9, {errc::overloaded, "too many reads wait"}}});
  CHECK(there.replies<request_failed>().empty());
  there.tell({answer_of(asked[1])});
  CHECK(there.replies<presence_read>().empty());
  REQUIRE(there.replies<request_failed>().size() == 1);
  CHECK(there.replies<request_failed>()[0].why.code == errc::overloaded);
}
