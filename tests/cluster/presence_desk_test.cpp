#include "cluster/presence/presence_desk.hpp"
#include "storage/store.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/presence_values.hpp"
#include "tests/cluster/recording_router.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <future>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;

/// Keeps what is appended.
class keeping_ledger final : public actors::ledger {
public:
  explicit keeping_ledger(std::uint32_t shard_count) : shard_count_(shard_count) {}

  void append(shard_id, const actors::appender_actor&,
              std::vector<storage::record> records) override {
    for (auto& each : records)
      kept.push_back(std::get<state::Record>(std::move(each)));
  }
  shard_id shard_of(slot where) const override { return storage::shard_of(where, shard_count_); }

  std::vector<state::Record> kept;

private:
  std::uint32_t shard_count_;
};

/// A desk on an empty store, whose read pool has one thread and room for one more job.
struct fixture {
  fixture() {
    storage::store_options options;
    options.directory = directory.path() / "store";
    auto opened = storage::store::open(options);
    REQUIRE(opened);
    store = *std::move(opened);
    env.emplace(actors::domain{*store, router, ledger, reads, reads, {}});
    desk.emplace(*env, known, seen, storage::shard_count_default);
  }

  /// Keeps the pool's thread busy until `let_go`, and its queue full.
  void fill() {
    std::promise<void> busy;
    REQUIRE(reads.submit([this, &busy] {
      busy.set_value();
      free.get_future().wait();
    }));
    busy.get_future().wait();
    REQUIRE(reads.submit([] {}));
  }
  void let_go() { free.set_value(); }

  temporary_directory directory;
  std::unique_ptr<storage::store> store;
  recording_router router;
  keeping_ledger ledger{storage::shard_count_default};
  last_seen_book seen;
  registry known{seen};
  std::promise<void> free;
  std::optional<actors::domain> env;
  std::optional<presence_desk> desk;
  // Its thread ends before what it uses.
  actors::blocking_pool reads{1, 1};
};

} // namespace

TEST_CASE("when thousands were seen is one record of each shard") {
  fixture at;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto user = user_in(static_cast<std::uint16_t>(i * 40'503), i + 1);
    at.seen.note(user, time_ms{100});
    at.seen.note(user, time_ms{200 + i});
  }
  at.desk->write_last_seen();
  CHECK(at.ledger.kept.size() == storage::shard_count_default);
  int users = 0;
  for (const auto& each : at.ledger.kept)
    users += each.last_seen().users_size();
  CHECK(users == 20'000);
  at.desk->write_last_seen();
  CHECK(at.ledger.kept.size() == storage::shard_count_default);
}

TEST_CASE("a record names no more users than it may") {
  fixture at;
  for (std::uint64_t i = 0; i < 2'500; ++i)
    at.seen.note(user_in(7, i + 1), time_ms{100});
  at.desk->write_last_seen();
  REQUIRE(at.ledger.kept.size() == 3);
  for (const auto& each : at.ledger.kept)
    CHECK(each.last_seen().users_size() <= static_cast<int>(presence_desk::users_of_record_max));
}

TEST_CASE("a node that stops writes that everybody who is there was seen") {
  fixture at;
  at.known.announce({user_in(7),
                     device_id{{1}},
                     {node_no{1}, session_no{1}},
                     node_incarnation{1},
                     session_generation{1}});
  at.seen.take();
  at.desk->write_everybody_seen();
  REQUIRE(at.ledger.kept.size() == 1);
  CHECK(at.ledger.kept[0].last_seen().users(0).user() == user_in(7).value);
}

TEST_CASE("when the pool is full a look-up is refused and a question dropped") {
  fixture at;
  at.fill();
  actors::look_up_presence wanted{{{node_no{1}, session_no{1}}, 9}, user_in(1), {user_in(2)}};
  at.desk->look_up(wanted);
  REQUIRE(at.router.notices().size() == 1);
  const auto refused = std::get<actors::request_failed>(at.router.notices()[0]);
  CHECK(refused.request == 9);
  CHECK(refused.why.code == errc::overloaded);
  CHECK(refused.why.retry_after_ms > 0);
  std::atomic<int> answers{0};
  const auto count = [&](const presence_answer&) { ++answers; };
  at.desk->ask({}, count);
  at.let_go();
  // Later ones are answered, so the dropped one is not late.
  CHECK(await([&] {
    at.desk->ask({}, count);
    return answers > 0;
  }));
  CHECK(await([&] {
    at.desk->look_up(wanted);
    return std::holds_alternative<actors::presence_read>(at.router.notices().back());
  }));
}

} // namespace weft::testing
