#include "cluster/presence/presence_rounds.hpp"
#include "tests/cluster/presence_values.hpp"

#include <doctest/doctest.h>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;

constexpr std::uint32_t shards = 64;

/// A cache with as many viewers as there are shards, one in each.
struct busy_node {
  presence_cache cache{actors::node_no{1}, shards, {}};
  presence_rounds rounds{cache};

  busy_node() {
    for (std::uint32_t i = 0; i < shards; ++i)
      cache.join(user_in(static_cast<std::uint16_t>(i * 1024)));
  }

  /// The shard has read the list of its viewer.
  static presence_answer answer_to(const presence_question& what) {
    presence_answer out;
    out.shard = what.shard;
    out.generation = 1;
    out.version = what.since + 1;
    for (const auto user : what.new_viewers)
      out.lists.push_back({user, {}});
    return out;
  }

  /// Answers until the round is over; the number of questions.
  std::size_t finish(std::vector<presence_question> questions) {
    std::size_t asked = 0;
    while (!questions.empty()) {
      ++asked;
      const auto next = rounds.on_answer(answer_to(questions.back()));
      questions.pop_back();
      questions.insert(questions.end(), next.begin(), next.end());
      CHECK(questions.size() <= presence_rounds::under_way_max);
    }
    return asked;
  }
};

} // namespace

TEST_CASE("a round asks each shard once, a few at a time") {
  busy_node at;
  const auto first = at.rounds.on_tick();
  CHECK(first.size() == presence_rounds::under_way_max);
  CHECK(at.finish(first) == shards);
}

TEST_CASE("new users are asked for at each tick, the others once an interval") {
  busy_node at;
  at.finish(at.rounds.on_tick());
  for (unsigned i = 2; i < presence_rounds::ticks_of_interval; ++i)
    CHECK(at.rounds.on_tick().empty());
  const auto everything = at.rounds.on_tick();
  REQUIRE(!everything.empty());
  CHECK(everything[0].scope == question_scope::everything);
  CHECK(everything[0].since > 0);
  CHECK(at.finish(everything) == shards);
}

TEST_CASE("a shard that is silent stops nothing for longer than some ticks") {
  busy_node at;
  CHECK(!at.rounds.on_tick().empty());
  for (unsigned i = 1; i < presence_rounds::silent_ticks_max; ++i)
    CHECK(at.rounds.on_tick().empty());
  // The round is given up, and everything that has become due meanwhile is asked for.
  const auto next = at.rounds.on_tick();
  CHECK(next.size() == presence_rounds::under_way_max);
  CHECK(next[0].scope == question_scope::everything);
}

TEST_CASE("an answer that comes late is taken") {
  busy_node at;
  const auto first = at.rounds.on_tick();
  for (unsigned i = 0; i < presence_rounds::silent_ticks_max; ++i)
    at.rounds.on_tick();
  at.rounds.on_answer(busy_node::answer_to(first[0]));
  for (const auto& each : at.cache.questions(question_scope::new_ones))
    CHECK(each.shard != first[0].shard);
}

} // namespace weft::testing
