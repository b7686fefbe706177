#include "actors/inbox_book.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <variant>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const thread_id with_bob = thread_id::direct(ann, bob);

touch touch_at(const thread_id& thread, std::uint64_t seq, std::uint64_t ordinal,
               std::uint64_t time) {
  return {ann,         thread, sequence{seq}, weft::ordinal{ordinal}, time_ms{time}, bob, "bob",
          shard_id{0}, 0};
}

advance_read read_at(const thread_id& thread, std::uint64_t seq, std::uint64_t ordinal) {
  return {{}, ann, thread, sequence{seq}, weft::ordinal{ordinal}};
}

} // namespace

TEST_CASE("the first touch of a thread makes its row") {
  inbox_book book;
  book.load_version(inbox_version{4});
  CHECK_FALSE(book.knows(with_bob));
  book.load_row(with_bob, std::nullopt);
  CHECK(book.knows(with_bob));
  CHECK(book.merge(touch_at(with_bob, 3, 2, 1'000)));
  const auto changes = book.take_changes(ann);
  CHECK(changes.user() == ann.value);
  CHECK(changes.version() == 5);
  REQUIRE(changes.rows_size() == 1);
  CHECK(changes.rows(0).previous_version() == 0);
  const auto& row = changes.rows(0).row();
  CHECK(row.thread() == to_bytes(with_bob));
  CHECK(row.last_seq() == 3);
  CHECK(row.last_ordinal() == 2);
  CHECK(row.last_time_ms() == 1'000);
  CHECK(row.created_ms() == 1'000);
  CHECK(row.version() == 5);
  CHECK(row.peer() == bob.value);
  CHECK(row.peer_name() == "bob");
}

TEST_CASE("a repeated touch changes nothing") {
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  book.merge(touch_at(with_bob, 3, 2, 1'000));
  book.take_changes(ann);
  CHECK_FALSE(book.merge(touch_at(with_bob, 3, 2, 1'000)));
  CHECK_FALSE(book.merge(touch_at(with_bob, 1, 1, 500)));
  CHECK_FALSE(book.has_changes());
  CHECK(book.version() == inbox_version{1});
}

TEST_CASE("all that is merged between two records becomes one record") {
  const auto with_eve = thread_id::direct(ann, eve);
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  book.load_row(with_eve, std::nullopt);
  book.merge(touch_at(with_bob, 1, 1, 1'000));
  book.merge(touch_at(with_eve, 1, 1, 1'001));
  book.merge(touch_at(with_bob, 2, 2, 1'002));
  book.merge(read_at(with_bob, 1, 1));
  const auto changes = book.take_changes(ann);
  REQUIRE(changes.rows_size() == 2);
  CHECK(changes.rows(0).row().last_seq() == 2);
  CHECK(changes.rows(0).row().read_seq() == 1);
  // Every row has a version of its own, so that pages of changes can end between any two.
  CHECK(changes.rows(0).row().version() != changes.rows(1).row().version());
  CHECK_FALSE(book.has_changes());
}

TEST_CASE("a change names the index entries that the one before it made") {
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  book.merge(touch_at(with_bob, 1, 1, 1'000));
  book.take_changes(ann);
  // The one before need not be committed: records are applied in their order.
  book.merge(touch_at(with_bob, 2, 2, 2'000));
  const auto changes = book.take_changes(ann);
  CHECK(changes.rows(0).previous_time_ms() == 1'000);
  CHECK(changes.rows(0).previous_version() == 1);
}

TEST_CASE("what is read before its touch has come leaves nothing unread below zero") {
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  CHECK(book.merge(read_at(with_bob, 5, 4)));
  auto row = book.take_changes(ann).rows(0).row();
  CHECK(row.last_seq() == 5);
  CHECK(row.last_ordinal() == 4);
  CHECK(row.read_ordinal() == 4);
  // The touch still brings what only it knows.
  CHECK(book.merge(touch_at(with_bob, 5, 4, 1'000)));
  row = book.take_changes(ann).rows(0).row();
  CHECK(row.peer_name() == "bob");
  CHECK(row.created_ms() == 1'000);
  CHECK(row.last_time_ms() == 1'000);
}

TEST_CASE("a read position only moves forward") {
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  book.merge(read_at(with_bob, 5, 4));
  CHECK_FALSE(book.merge(read_at(with_bob, 3, 3)));
  CHECK(book.read_position(with_bob) == std::pair{sequence{5}, weft::ordinal{4}});
}

TEST_CASE("rows above a bound are forgotten, but not while they have changes") {
  inbox_book book;
  for (std::uint64_t n = 1; n <= 3; ++n)
    book.load_row(thread_id::direct(ann, user_id{n}), std::nullopt);
  book.forget_rows_above(3);
  CHECK(book.knows(thread_id::direct(ann, user_id{1})));
  book.merge(touch_at(thread_id::direct(ann, user_id{1}), 1, 1, 1));
  book.forget_rows_above(2);
  CHECK(book.knows(thread_id::direct(ann, user_id{1})));
  book.take_changes(ann);
  book.forget_rows_above(2);
  CHECK_FALSE(book.knows(thread_id::direct(ann, user_id{1})));
}

namespace {

/// What a row must become: the greatest of everything, whatever the order.
struct row_model {
  std::uint64_t last_seq = 0, last_ordinal = 0, last_time = 0, read_seq = 0, read_ordinal = 0;

  void take(const touch& what) {
    last_seq = std::max(last_seq, what.last_seq.value);
    last_ordinal = std::max(last_ordinal, what.last_ordinal.value);
    last_time = std::max(last_time, what.last_time.value);
  }
  void take(const advance_read& what) {
    read_seq = std::max(read_seq, what.seq.value);
    read_ordinal = std::max(read_ordinal, what.ordinal.value);
    last_seq = std::max(last_seq, read_seq);
    last_ordinal = std::max(last_ordinal, read_ordinal);
  }
};

using change = std::variant<touch, advance_read>;

const thread_id& thread_of(const change& what) {
  return std::visit([](const auto& each) -> const thread_id& { return each.thread; }, what);
}

/// The state as the records make it, with the two indexes that `apply` keeps.
struct stored_inbox {
  std::map<std::string, state::InboxRow> rows;
  std::map<std::uint64_t, std::string> by_version;
  std::map<std::pair<std::uint64_t, std::string>, int> by_time;
  std::uint64_t version = 0;

  void apply(const state::InboxChanged& record) {
    for (const auto& each : record.rows()) {
      const auto& row = each.row();
      if (each.previous_version() != 0) {
        CHECK(by_version.erase(each.previous_version()) == 1);
        CHECK(by_time.erase({each.previous_time_ms(), row.thread()}) == 1);
      }
      rows[row.thread()] = row;
      CHECK(by_version.emplace(row.version(), row.thread()).second);
      by_time[{row.last_time_ms(), row.thread()}] = 1;
      CHECK(row.version() > version);
    }
    CHECK(record.version() >= version);
    version = record.version();
  }
};

std::vector<change> some_changes(std::mt19937_64& random, std::size_t threads) {
  std::vector<change> out;
  const auto count = 1 + random() % 40;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto thread = thread_id::direct(ann, user_id{1 + random() % threads});
    // Numbers of one thread belong together, as they do in an event: all of them rise with seq.
    const auto seq = 1 + random() % 20;
    if (random() % 3 == 0)
      out.push_back(read_at(thread, seq, seq / 2 + 1));
    else
      out.push_back(touch_at(thread, seq, seq / 2 + 1, 1'000 + 10 * seq));
    if (random() % 4 == 0)
      out.push_back(out[random() % out.size()]);
  }
  return out;
}

/// Merges everything in one order, with records and forgetting at random places.
stored_inbox merged(const std::vector<change>& changes, std::mt19937_64& random) {
  stored_inbox stored;
  inbox_book book;
  for (const auto& each : changes) {
    const auto& thread = thread_of(each);
    if (!book.knows(thread)) {
      const auto row = stored.rows.find(to_bytes(thread));
      book.load_row(thread, row == stored.rows.end() ? std::nullopt
                                                     : std::optional<state::InboxRow>{row->second});
    }
    std::visit([&](const auto& what) { book.merge(what); }, each);
    if (random() % 3 == 0 && book.has_changes())
      stored.apply(book.take_changes(ann));
    if (random() % 5 == 0)
      book.forget_rows_above(0);
  }
  if (book.has_changes())
    stored.apply(book.take_changes(ann));
  return stored;
}

} // namespace

TEST_CASE("touches and reads in any order, with repeats, end in the greatest of each") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    auto changes = some_changes(random, 4);
    std::map<std::string, row_model> expected;
    for (const auto& each : changes)
      std::visit([&](const auto& what) { expected[to_bytes(what.thread)].take(what); }, each);
    std::shuffle(changes.begin(), changes.end(), random);
    const auto stored = merged(changes, random);

    REQUIRE(stored.rows.size() == expected.size());
    // Both indexes name each row once: nothing stale is left behind.
    CHECK(stored.by_version.size() == expected.size());
    CHECK(stored.by_time.size() == expected.size());
    for (const auto& [thread, model] : expected) {
      const auto& row = stored.rows.at(thread);
      CHECK(row.last_seq() == model.last_seq);
      CHECK(row.last_ordinal() == model.last_ordinal);
      CHECK(row.last_time_ms() == model.last_time);
      CHECK(row.read_seq() == model.read_seq);
      CHECK(row.read_ordinal() == model.read_ordinal);
    }
  }
}

TEST_CASE("what a user wrote himself, and what was before it, is not unread") {
  inbox_book book;
  book.load_row(with_bob, std::nullopt);
  auto after_own = touch_at(with_bob, 5, 5, 1'000);
  after_own.own_seq = sequence{4};
  after_own.own_ordinal = ordinal{4};
  CHECK(book.merge(after_own));
  auto row = book.take_changes(ann).rows(0).row();
  CHECK(row.read_seq() == 4);
  CHECK(row.last_ordinal() - row.read_ordinal() == 1);
  // An own message that is told late moves the cursor too, and never back.
  after_own.own_seq = sequence{5};
  after_own.own_ordinal = ordinal{5};
  CHECK(book.merge(after_own));
  row = book.take_changes(ann).rows(0).row();
  CHECK(row.last_ordinal() == row.read_ordinal());
  CHECK_FALSE(book.merge(touch_at(with_bob, 5, 5, 1'000)));
}
