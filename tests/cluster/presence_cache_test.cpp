#include "cluster/presence/presence_cache.hpp"
#include "storage/store.hpp"
#include "tests/cluster/presence_values.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;
using actors::user_presence;

constexpr std::uint32_t shards = 4;
const user_id ann = user_in(0);
const user_id zoe = user_in(1);

/// A node's cache, and the shards as far as they answer.
struct watching {
  presence_cache cache;

  explicit watching(const presence_cache_limits& limits = {})
      : cache(actors::node_no{1}, shards, limits) {}

  /// The user signs in, and has these contacts.
  void sign_in(user_id viewer, const std::vector<user_id>& contacts) {
    cache.join(viewer);
    tell_list(viewer, contacts);
  }
  void tell_list(user_id viewer, const std::vector<user_id>& contacts) {
    auto answer = answer_of(viewer);
    answer.lists = {{viewer, contacts}};
    cache.apply(answer);
  }
  void tell(const presence_entry& entry) {
    auto answer = answer_of(entry.user);
    answer.entries = {entry};
    cache.apply(answer);
  }
  presence_answer answer_of(user_id user) {
    presence_answer out;
    out.shard = storage::shard_of(slot_of(user), shards);
    out.generation = 5;
    out.version = ++version;
    return out;
  }

  std::uint64_t version = 0;
};

std::vector<user_id> contacts_of(std::size_t count) {
  std::vector<user_id> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(user_in(static_cast<std::uint16_t>(i * 977), i + 100));
  return out;
}

} // namespace

TEST_CASE("a heartbeat is told what is known, then only what has changed") {
  watching at;
  at.sign_in(ann, {zoe});
  const auto nothing = at.cache.changes_for(ann, 0);
  CHECK(nothing.users.empty());
  at.tell(entry_of(zoe, presence_state::online));
  const auto first = at.cache.changes_for(ann, nothing.version);
  REQUIRE(first.users.size() == 1);
  CHECK(first.users[0] == user_presence{zoe, presence_state::online, time_ms{}});
  CHECK(at.cache.changes_for(ann, first.version).users.empty());
  CHECK(at.cache.changes_for(ann, first.version).version == first.version);

  at.tell(entry_of(zoe, presence_state::offline, 700));
  const auto second = at.cache.changes_for(ann, first.version);
  REQUIRE(second.users.size() == 1);
  CHECK(second.users[0] == user_presence{zoe, presence_state::offline, time_ms{700}});
  // Who begins anew, or comes with a version of another node, is told everything.
  CHECK(at.cache.changes_for(ann, 0).users.size() == 1);
  CHECK(at.cache.changes_for(ann, 1'000'000).users.size() == 1);
}

TEST_CASE("an entry that says nothing new is told to nobody") {
  watching at;
  at.sign_in(ann, {zoe});
  at.tell(entry_of(zoe, presence_state::online));
  const auto first = at.cache.changes_for(ann, 0);
  at.tell(entry_of(zoe, presence_state::online));
  CHECK(at.cache.changes_for(ann, first.version).version == first.version);
}

TEST_CASE("a thousand contacts are told in parts, each once, whatever changes meanwhile") {
  watching at;
  const auto contacts = contacts_of(1'000);
  at.sign_in(ann, contacts);
  for (const auto user : contacts)
    at.tell(entry_of(user, presence_state::online));
  std::uint64_t version = 0;
  std::multiset<user_id> told;
  for (int beat = 0; beat < 5; ++beat) {
    const auto part = at.cache.changes_for(ann, version);
    CHECK(part.users.size() == 200);
    CHECK(part.version > version);
    version = part.version;
    for (const auto& each : part.users)
      told.insert(each.user);
  }
  CHECK(told.size() == 1'000);
  CHECK(std::set<user_id>(told.begin(), told.end()).size() == 1'000);
  CHECK(at.cache.changes_for(ann, version).users.empty());

  // One who changes between two parts is told as he is at last.
  const auto part = at.cache.changes_for(ann, 0);
  at.tell(entry_of(part.users[0].user, presence_state::offline, 9));
  version = part.version;
  std::map<user_id, presence_state> known;
  for (const auto& each : part.users)
    known[each.user] = each.state;
  for (auto next = at.cache.changes_for(ann, version); !next.users.empty();
       next = at.cache.changes_for(ann, version)) {
    version = next.version;
    for (const auto& each : next.users)
      known[each.user] = each.state;
  }
  CHECK(known.size() == 1'000);
  CHECK(known[part.users[0].user] == presence_state::offline);
}

TEST_CASE("who comes into a list later is told though nothing about him has changed") {
  watching at;
  const auto bob = user_in(2);
  at.sign_in(ann, {zoe});
  at.sign_in(bob, {zoe, ann});
  at.tell(entry_of(zoe, presence_state::online));
  at.tell(entry_of(ann, presence_state::online));
  const auto before = at.cache.changes_for(bob, 0);
  at.tell_list(ann, {zoe, ann});
  const auto after = at.cache.changes_for(ann, before.version);
  REQUIRE(after.users.size() == 1);
  CHECK(after.users[0].user == ann);
  CHECK(at.cache.changes_for(bob, before.version).users.empty());
}

TEST_CASE("each viewer is told what he may see") {
  watching at;
  const auto bob = user_in(2);
  at.sign_in(ann, {zoe});
  at.sign_in(bob, {zoe});
  auto entry = entry_of(zoe, presence_state::online);
  entry.shown_to = rule(audience::contacts, {contact_row(ann, true, false)});
  at.tell(entry);
  CHECK(at.cache.changes_for(ann, 0).users.at(0).state == presence_state::online);
  const auto hidden = at.cache.changes_for(bob, 0);
  CHECK(hidden.users.at(0) == user_presence{zoe, presence_state::hidden, time_ms{}});
  entry.shown_to = rule(audience::everybody);
  at.tell(entry);
  CHECK(at.cache.changes_for(bob, hidden.version).users.at(0).state == presence_state::online);
}

TEST_CASE("a user is watched as long as anybody who watches him is there") {
  watching at;
  const auto bob = user_in(2);
  at.sign_in(ann, {zoe});
  at.sign_in(bob, {zoe, ann});
  CHECK(at.cache.viewers() == 2);
  CHECK(at.cache.targets() == 2);
  // Two devices of one user are one viewer.
  at.cache.join(ann);
  at.cache.leave(ann);
  CHECK(at.cache.viewers() == 2);
  at.cache.leave(bob);
  CHECK(at.cache.targets() == 1);
  at.cache.leave(ann);
  CHECK(at.cache.targets() == 0);
  CHECK(at.cache.viewers() == 0);
  CHECK(at.cache.questions(question_scope::everything).empty());
  CHECK(at.cache.questions(question_scope::new_ones).empty());
  // What still comes of him is for nobody.
  at.tell(entry_of(zoe, presence_state::online));
  at.tell_list(ann, {zoe});
  CHECK(at.cache.targets() == 0);
}

TEST_CASE("questions name new users until they are told of, then ask for changes") {
  watching at;
  at.cache.join(ann);
  auto asked = at.cache.questions(question_scope::new_ones);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].new_viewers == std::vector<user_id>{ann});
  at.tell_list(ann, {zoe});
  asked = at.cache.questions(question_scope::new_ones);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].new_targets == std::vector<user_id>{zoe});
  at.tell(entry_of(zoe, presence_state::online));
  CHECK(at.cache.questions(question_scope::new_ones).empty());
  asked = at.cache.questions(question_scope::everything);
  std::vector<user_id> targets;
  std::vector<user_id> viewers;
  for (const auto& each : asked) {
    CHECK(each.new_targets.empty());
    CHECK(each.new_viewers.empty());
    CHECK(each.generation == 5);
    CHECK(each.since > 0);
    targets.insert(targets.end(), each.targets.begin(), each.targets.end());
    viewers.insert(viewers.end(), each.viewers.begin(), each.viewers.end());
  }
  CHECK(targets == std::vector<user_id>{zoe});
  CHECK(viewers == std::vector<user_id>{ann});
}

TEST_CASE("the bounds of lists and of the whole cache hold") {
  presence_cache_limits limits;
  limits.users_of_viewer_max = 5;
  limits.targets_max = 7;
  watching at(limits);
  const auto contacts = contacts_of(20);
  at.sign_in(ann, contacts);
  CHECK(at.cache.targets() == 5);
  at.sign_in(zoe, {contacts.rbegin(), contacts.rend()});
  CHECK(at.cache.targets() == 7);
  at.cache.leave(ann);
  at.cache.leave(zoe);
  CHECK(at.cache.targets() == 0);
}

} // namespace weft::testing
