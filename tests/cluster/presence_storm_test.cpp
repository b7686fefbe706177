// What it costs when many users come at once.
#include "cluster/node.hpp"
#include "cluster/presence/presence_rounds.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/presence_values.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <map>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;
using actors::session_actor;

constexpr std::uint32_t shards = 16;
constexpr std::size_t contacts_of_user = 20;

/// Users spread over the shards; each has the following ones as contacts.
std::vector<user_id> crowd_of(std::size_t size) {
  std::vector<user_id> out;
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(user_in(static_cast<std::uint16_t>(i * 40'503), i + 1));
  return out;
}

/// What a storm costs for each of its users.
struct cost {
  double store_reads = 0;
  double entries = 0;
  double lists = 0;

  bool operator==(const cost&) const = default;
};

/// Has everybody come at once, and asks until nobody is new any more.
cost come_at_once(std::size_t size) {
  const auto crowd = crowd_of(size);
  scripted_source source;
  presence_cache cache(actors::node_no{1}, shards, {});
  std::vector<presence_board> boards(shards, presence_board(1, {}));
  presence_rounds rounds(cache);
  for (std::size_t i = 0; i < size; ++i) {
    source.add(crowd[i], presence_state::online);
    for (std::size_t next = 1; next <= contacts_of_user && next < size; ++next)
      source.contacts[crowd[i]].push_back(crowd[(i + next) % size]);
    cache.join(crowd[i]);
  }
  cost out;
  for (auto questions = rounds.on_tick(); !questions.empty(); questions = rounds.on_tick()) {
    while (!questions.empty()) {
      auto& board = boards[questions.back().shard.value];
      const auto answer = board.answer(questions.back(), source, std::chrono::milliseconds{0});
      questions.pop_back();
      out.entries += static_cast<double>(answer.entries.size());
      out.lists += static_cast<double>(answer.lists.size());
      for (auto& each : rounds.on_answer(answer))
        questions.push_back(std::move(each));
    }
    if (cache.questions(question_scope::new_ones).empty())
      break;
  }
  for (const auto user : crowd)
    CHECK(!cache.changes_for(user, 0).users.empty());
  const auto users = static_cast<double>(size);
  return {source.reads / users, out.entries / users, out.lists / users};
}

session_actor::behavior_type counting_session(session_actor::pointer, std::atomic<int>* messages) {
  return {
      [=](const actors::session_requests&) { ++*messages; },
      [=](const actors::session_notices&) { ++*messages; },
      [=](actors::atom::drained) { ++*messages; },
      [=](actors::atom::detached) { ++*messages; },
      [=](actors::atom::expired) { ++*messages; },
      [=](const actors::continuation&) { ++*messages; },
  };
}

/// A node on which many sign in at once.
struct stormed_node {
  temporary_directory directory;
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::atomic<int> messages{0};
  std::vector<session_actor> sessions;
  std::unique_ptr<cluster::node> node;

  stormed_node() {
    cluster::node_options options;
    options.store.directory = directory.path() / "store";
    options.domain.limits.presence_every = std::chrono::milliseconds(5);
    options.domain.limits.last_seen_every = std::chrono::hours(1);
    // These sessions do not end when they are told to.
    options.stop_step_within = std::chrono::milliseconds(300);
    auto opened = cluster::node::open(system, std::move(options));
    REQUIRE(opened);
    node = *std::move(opened);
  }

  void befriend(user_id user, user_id other) {
    state::Record record;
    record.mutable_contact_changed()->set_user(user.value);
    *record.mutable_contact_changed()->mutable_row() = contact_row(other, true, false);
    std::vector<storage::record> records;
    records.emplace_back(std::move(record));
    auto& ledger = node->domain().ledger;
    const auto before = node->status().appended;
    ledger.append(ledger.shard_of(slot_of(user)), actors::appender_actor{}, std::move(records));
    REQUIRE(await([&] { return node->status().appended > before; }));
  }

  void come(user_id user) {
    auto& table = node->sessions();
    sessions.push_back(system.spawn(counting_session, &messages));
    const auto where = table.reserve();
    table.attach(where, sessions.back());
    table.announce(where, user, device_id{{1}});
  }
};

} // namespace

TEST_CASE("two thousand users who come at once cost as much each as thirty") {
  const auto few = come_at_once(30);
  const auto many = come_at_once(2'000);
  // The profile and the contacts of each are read once, he is told once, and so is his list.
  CHECK(few == cost{2, 1, 1});
  CHECK(many == few);
  MESSAGE("for each user: ", many.store_reads, " reads, ", many.entries, " entry, ", many.lists,
          " list, at 30 users as at 2000");
}

TEST_CASE("signing in sends no message and appends no record for presence") {
  for (const std::size_t size : {10, 2'000}) {
    CAPTURE(size);
    stormed_node at;
    const auto crowd = crowd_of(size);
    at.befriend(crowd.back(), crowd.front());
    const auto appended = at.node->status().appended;
    for (const auto user : crowd)
      at.come(user);
    // The shards have been asked: the one who knows somebody is told of him.
    CHECK(await([&] { return !at.node->presence().changes_for(crowd.back(), 0).users.empty(); }));
    CHECK(at.node->status().sessions == size);
    CHECK(at.node->status().appended == appended);
    CHECK(at.messages == 0);
    MESSAGE(size, " sign-ins: ", at.messages.load(), " messages to sessions, ",
            at.node->status().appended - appended, " records");
  }
}

} // namespace weft::testing
