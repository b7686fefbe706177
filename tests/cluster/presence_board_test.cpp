#include "cluster/presence/presence_board.hpp"
#include "tests/cluster/presence_values.hpp"

#include <doctest/doctest.h>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;
using std::chrono::milliseconds;

const user_id ann{1};
const user_id bob{2};
const user_id cid{3};

/// A board, what it looks at, and a node that asks it.
struct asked_board {
  presence_board board{77, {}};
  scripted_source source;
  presence_question question;
  milliseconds now{0};

  asked_board() { question.scope = question_scope::everything; }

  /// Asks, and goes on from the answer.
  presence_answer ask() {
    auto out = board.answer(question, source, now);
    question.generation = out.generation;
    question.since = out.version;
    return out;
  }
  void know(std::vector<user_id> targets) {
    question.new_targets = std::move(targets);
    ask();
    question.targets.swap(question.new_targets);
    question.new_targets.clear();
  }
};

std::vector<user_id> users_of(const presence_answer& what) {
  std::vector<user_id> out;
  for (const auto& each : what.entries)
    out.push_back(each.user);
  return out;
}

using users = std::vector<user_id>;

} // namespace

TEST_CASE("a board tells of new users in any case, then of what has changed") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.source.add(bob, presence_state::offline, 500);
  at.question.new_targets = {ann, bob};
  const auto first = at.ask();
  REQUIRE(first.entries.size() == 2);
  CHECK(first.entries[0] == entry_of(ann, presence_state::online));
  CHECK(first.entries[1] == entry_of(bob, presence_state::offline, 500));

  at.question.new_targets.clear();
  at.question.targets = {ann, bob};
  CHECK(at.ask().entries.empty());
  at.source.standings[bob].state = presence_state::online;
  CHECK(users_of(at.ask()) == users{bob});
  CHECK(at.ask().entries.empty());
}

TEST_CASE("an answer that was lost is given again") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.know({ann});
  at.source.standings[ann] = {presence_state::offline, time_ms{900}};
  CHECK(users_of(at.board.answer(at.question, at.source, at.now)) == users{ann});
  CHECK(users_of(at.ask()) == users{ann});
}

TEST_CASE("two nodes that ask hear of the same change") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.know({ann});
  auto other = at.question;
  at.source.standings[ann].state = presence_state::offline;
  CHECK(users_of(at.ask()) == users{ann});
  CHECK(users_of(at.board.answer(other, at.source, at.now)) == users{ann});
}

TEST_CASE("a question about new users leaves the changes of the others to be told") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.source.add(bob, presence_state::online);
  at.know({ann});
  at.source.standings[ann].state = presence_state::offline;
  auto of_bob = at.question;
  of_bob.scope = question_scope::new_ones;
  of_bob.targets.clear();
  of_bob.new_targets = {bob};
  // Another node's question makes the board notice that Ann has gone.
  auto of_other = at.question;
  at.board.answer(of_other, at.source, at.now);
  const auto answer = at.board.answer(of_bob, at.source, at.now);
  CHECK(users_of(answer) == users{bob});
  at.question.since = answer.version;
  CHECK(users_of(at.ask()) == users{ann});
}

TEST_CASE("a version of another board says nothing") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.know({ann});
  at.question.generation = 76;
  at.question.since = 1'000;
  const auto answer = at.ask();
  CHECK(users_of(answer) == users{ann});
  CHECK(answer.generation == 77);
}

TEST_CASE("who has left was last seen then, also before that is in the store") {
  asked_board at;
  at.source.add(ann, presence_state::online, 400);
  at.know({ann});
  at.source.standings[ann] = {presence_state::offline, time_ms{900}};
  const auto answer = at.ask();
  REQUIRE(answer.entries.size() == 1);
  CHECK(answer.entries[0].last_seen == time_ms{900});
  // It has been written meanwhile, and nobody else remembers it.
  at.source.standings[ann].last_seen = time_ms{};
  CHECK(at.ask().entries.empty());
}

TEST_CASE("after a restart a user is unknown, with the last value, then known") {
  asked_board at;
  at.source.add(ann, presence_state::unknown, 400);
  at.question.new_targets = {ann};
  CHECK(at.ask().entries.at(0) == entry_of(ann, presence_state::unknown, 400));
  at.question.targets.swap(at.question.new_targets);
  at.source.standings[ann].state = presence_state::online;
  CHECK(at.ask().entries.at(0) == entry_of(ann, presence_state::online));
}

TEST_CASE("a changed profile is read again, once") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.know({ann});
  const auto reads = at.source.reads;
  at.source.facts[ann].shown_to = rule(audience::nobody);
  CHECK(at.ask().entries.empty());
  at.board.note_changed(ann);
  const auto answer = at.ask();
  REQUIRE(answer.entries.size() == 1);
  CHECK_FALSE(answer.entries[0].shown_to->shows_to(bob));
  at.ask();
  CHECK(at.source.reads == reads + 1);
  // What has changed is nothing that presence depends on.
  at.board.note_all_changed();
  CHECK(at.ask().entries.empty());
}

TEST_CASE("what cannot be read is told later") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.source.contacts[bob] = {ann};
  at.source.can_read = false;
  at.question.new_targets = {ann};
  at.question.new_viewers = {bob};
  const auto answer = at.ask();
  CHECK(answer.entries.empty());
  CHECK(answer.lists.empty());
  at.source.can_read = true;
  CHECK(at.ask().entries.size() == 1);
  CHECK(at.ask().lists.size() == 1);
}

TEST_CASE("one answer reads only so much, and nothing is forgotten over it") {
  asked_board at;
  presence_board_limits limits;
  limits.reads_of_answer_max = 2;
  at.board = presence_board(1, limits);
  for (const auto user : {ann, bob, cid})
    at.source.add(user, presence_state::online);
  at.question.new_targets = {ann, bob, cid};
  CHECK(users_of(at.ask()) == users{ann, bob});
  CHECK(users_of(at.ask()) == users{ann, bob, cid});
  at.question.targets.swap(at.question.new_targets);
  at.board.note_all_changed();
  for (const auto user : {ann, bob, cid})
    at.source.facts[user].shown_to = rule(audience::contacts);
  CHECK(users_of(at.ask()) == users{ann, bob});
  CHECK(users_of(at.ask()) == users{cid});
}

TEST_CASE("a viewer's list is told once, and again when it has changed") {
  asked_board at;
  at.source.contacts[ann] = {bob, cid};
  at.question.new_viewers = {ann};
  const auto first = at.ask();
  REQUIRE(first.lists.size() == 1);
  CHECK(first.lists[0].viewer == ann);
  CHECK(first.lists[0].users == users{bob, cid});
  at.question.new_viewers.clear();
  at.question.viewers = {ann};
  CHECK(at.ask().lists.empty());
  at.source.contacts[ann] = {cid};
  at.board.note_changed(ann);
  // A change that cannot be read is told when it can.
  at.source.can_read = false;
  CHECK(at.ask().lists.empty());
  at.source.can_read = true;
  const auto changed = at.ask();
  REQUIRE(changed.lists.size() == 1);
  CHECK(changed.lists[0].users == users{cid});
  CHECK(at.ask().lists.empty());
}

TEST_CASE("users that nobody asks for are forgotten, and told again when somebody does") {
  asked_board at;
  at.source.add(ann, presence_state::online);
  at.source.add(bob, presence_state::online);
  at.know({ann});
  auto of_ann = at.question;
  at.question.targets.clear();
  at.question.new_targets = {bob};
  at.now += presence_board_limits{}.forget_after;
  at.ask();
  CHECK(at.board.size() == 1);
  // It says since which version it knows her: she has got a new one.
  CHECK(users_of(at.board.answer(of_ann, at.source, at.now)) == users{ann});
}

TEST_CASE("a board takes no more users than it may") {
  asked_board at;
  presence_board_limits limits;
  limits.users_max = 2;
  at.board = presence_board(1, limits);
  for (const auto user : {ann, bob, cid})
    at.source.add(user, presence_state::online);
  at.question.new_targets = {ann, bob, cid};
  CHECK(users_of(at.ask()) == users{ann, bob});
  CHECK(at.board.size() == 2);
}

} // namespace weft::testing
