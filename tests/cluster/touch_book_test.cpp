#include "cluster/touches/touch_book.hpp"
#include "tests/cluster/records.hpp"

#include <doctest/doctest.h>

namespace weft::cluster {
namespace {

using testing::inbox_changed;
using testing::make_event;
using testing::touches_relayed;
using threads = std::vector<thread_id>;

const thread_id ann_and_bob = thread_id::direct(user_id{1}, user_id{2});
const thread_id ann_and_cem = thread_id::direct(user_id{1}, user_id{3});

storage::log_entry at(std::uint64_t index, storage::record what) {
  return {shard_id{0}, log_index{index}, epoch{1}, std::move(what)};
}

/// Sends and answers whatever is dirty.
void relay_all(touch_book& book) {
  for (const auto& thread : book.take_dirty(100)) {
    const auto first = book.sent(thread, 2);
    REQUIRE(first);
    book.answered(*first);
    book.answered(*first + 1);
  }
}

} // namespace

TEST_CASE("an event makes its thread dirty and nothing is relayed beyond it") {
  touch_book book(log_index{}, 1);
  book.observe(at(1, inbox_changed(1, 1)));
  CHECK(book.relayed() == log_index{1});
  book.observe(at(2, make_event(ann_and_bob, 5)));
  book.observe(at(3, make_event(ann_and_bob, 6)));
  CHECK(book.relayed() == log_index{1});
  CHECK(book.take_dirty(100) == threads{ann_and_bob});
  CHECK(book.take_dirty(100).empty());
  CHECK(book.relayed() == log_index{1});
}

TEST_CASE("a thread is clean once every member has committed its touch") {
  touch_book book(log_index{}, 10);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  REQUIRE(book.take_dirty(100).size() == 1);
  CHECK(book.sent(ann_and_bob, 2) == std::uint64_t{10});
  book.answered(10);
  book.answered(10);
  CHECK(book.relayed() == log_index{});
  book.answered(11);
  CHECK(book.relayed() == log_index{1});
  CHECK(book.size() == 0);
}

TEST_CASE("a book knows the newest event of everyone who wrote since the thread was clean") {
  touch_book book(log_index{}, 1);
  const auto writer = ann_and_bob.lower_user(); // `make_event` says so.
  CHECK_FALSE(book.newest_own(ann_and_bob, writer).user);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.observe(at(2, make_event(ann_and_bob, 6)));
  CHECK(book.newest_own(ann_and_bob, writer).seq == sequence{6});
  CHECK_FALSE(book.newest_own(ann_and_bob, user_id{99}).user);
  relay_all(book);
  CHECK_FALSE(book.newest_own(ann_and_bob, writer).user);
}

TEST_CASE("an event that comes while touches are under way is told by the next ones") {
  touch_book book(log_index{}, 1);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.take_dirty(100);
  const auto first = book.sent(ann_and_bob, 2);
  book.observe(at(2, make_event(ann_and_bob, 6)));
  CHECK(book.take_dirty(100).empty());
  book.answered(*first);
  book.answered(*first + 1);
  CHECK(book.relayed() == log_index{1});
  relay_all(book);
  CHECK(book.relayed() == log_index{2});
}

TEST_CASE("touches that are not answered are sent again in new rounds") {
  touch_book book(log_index{}, 1, {100, 3, 256});
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.take_dirty(100);
  const auto first = book.sent(ann_and_bob, 2);
  book.answered(*first);
  for (int i = 0; i < 2; ++i)
    book.tick();
  CHECK(book.take_dirty(100).empty());
  book.tick();
  CHECK(book.take_dirty(100) == threads{ann_and_bob});
  const auto second = book.sent(ann_and_bob, 2);
  REQUIRE(second);
  CHECK(*second > *first + 1);
  // A late answer to the first round counts for nothing.
  book.answered(*first + 1);
  book.answered(*second);
  CHECK(book.relayed() == log_index{});
  book.answered(*second + 1);
  CHECK(book.relayed() == log_index{1});
}

TEST_CASE("a thread is read once at a time, however long the reading takes") {
  touch_book book(log_index{}, 1, {100, 1, 256});
  book.observe(at(1, make_event(ann_and_bob, 1)));
  CHECK(book.take_urgent() == threads{ann_and_bob});
  book.tick();
  book.observe(at(2, make_event(ann_and_bob, 1)));
  CHECK(book.take_urgent().empty());
  CHECK(book.take_dirty(100).empty());
  REQUIRE(book.sent(ann_and_bob, 2) == std::uint64_t{1});
  // A second reading has nothing to say: its rounds would take the place of those under way.
  CHECK_FALSE(book.sent(ann_and_bob, 2));
  CHECK_FALSE(book.sent(ann_and_bob, 0));
  book.put_back(ann_and_bob);
  CHECK(book.take_dirty(100).empty());
  book.answered(1);
  book.answered(1);
  book.answered(3);
  CHECK(book.relayed() == log_index{});
  book.answered(2);
  // The reading may have missed what came during it.
  CHECK(book.relayed() == log_index{1});
  CHECK(book.take_dirty(100) == threads{ann_and_bob});
  REQUIRE(book.sent(ann_and_bob, 2) == std::uint64_t{3});
  book.answered(3);
  book.answered(4);
  CHECK(book.relayed() == log_index{2});
  CHECK(book.size() == 0);
}

TEST_CASE("touches count as unanswered from when they were sent, not from the reading") {
  touch_book book(log_index{}, 1, {100, 2, 256});
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.take_dirty(100);
  book.tick();
  book.tick();
  REQUIRE(book.sent(ann_and_bob, 2));
  book.tick();
  CHECK(book.take_dirty(100).empty());
  book.tick();
  CHECK(book.take_dirty(100) == threads{ann_and_bob});
}

TEST_CASE("a thread that could not be read is dirty again") {
  touch_book book(log_index{}, 1);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.take_dirty(100);
  book.put_back(ann_and_bob);
  CHECK(book.take_dirty(100) == threads{ann_and_bob});
  CHECK_FALSE(book.sent(ann_and_bob, 0));
  CHECK(book.relayed() == log_index{1});
}

TEST_CASE("the first message of a thread is urgent, later ones are not") {
  touch_book book(log_index{}, 1);
  book.observe(at(1, make_event(ann_and_bob, 1)));
  book.observe(at(2, make_event(ann_and_cem, 2)));
  CHECK(book.take_urgent() == threads{ann_and_bob});
  CHECK(book.take_urgent().empty());
  CHECK(book.take_dirty(100) == threads{ann_and_cem});
}

TEST_CASE("a mark is asked for when something was relayed, and once") {
  touch_book book(log_index{}, 1);
  CHECK_FALSE(book.mark_to_append());
  book.observe(at(1, make_event(ann_and_bob, 5)));
  CHECK_FALSE(book.mark_to_append());
  relay_all(book);
  CHECK(book.mark_to_append() == log_index{1});
  CHECK_FALSE(book.mark_to_append());
  book.observe(at(2, touches_relayed(1)));
  CHECK(book.marked() == log_index{1});
  // The mark itself is an entry, and no reason for another mark.
  CHECK(book.relayed() == log_index{2});
  CHECK_FALSE(book.mark_to_append());
}

TEST_CASE("a mark that does not appear in the log is asked for again") {
  touch_book book(log_index{}, 1, {100, 3, 256});
  book.observe(at(1, make_event(ann_and_bob, 5)));
  relay_all(book);
  CHECK(book.mark_to_append() == log_index{1});
  for (int i = 0; i < 3; ++i)
    book.tick();
  CHECK(book.mark_to_append() == log_index{1});
}

TEST_CASE("a shard without events is marked now and then, so that its log can be trimmed") {
  touch_book book(log_index{}, 1, {100, 3, 10});
  for (std::uint64_t i = 1; i <= 9; ++i)
    book.observe(at(i, inbox_changed(1, i)));
  CHECK_FALSE(book.mark_to_append());
  book.observe(at(10, inbox_changed(1, 10)));
  CHECK(book.mark_to_append() == log_index{10});
}

TEST_CASE("after a start the log is scanned from what was relayed") {
  touch_book book(log_index{4}, 1);
  CHECK(book.scan_from(log_index{7}) == log_index{5});
  book.observe(at(5, make_event(ann_and_bob, 5)));
  book.observe(at(6, inbox_changed(1, 1)));
  book.observe(at(7, make_event(ann_and_cem, 5)));
  CHECK_FALSE(book.scan_from(log_index{7}));
  CHECK(book.relayed() == log_index{4});
  relay_all(book);
  CHECK(book.relayed() == log_index{7});
}

TEST_CASE("what is committed during a scan need not be scanned") {
  touch_book book(log_index{}, 1);
  book.observe(at(4, make_event(ann_and_cem, 9)));
  book.observe(at(5, inbox_changed(1, 1)));
  CHECK(book.scan_from(log_index{5}) == log_index{1});
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.observe(at(2, inbox_changed(1, 1)));
  CHECK(book.scan_from(log_index{5}) == log_index{3});
  book.observe(at(3, inbox_changed(1, 1)));
  CHECK_FALSE(book.scan_from(log_index{5}));
  relay_all(book);
  CHECK(book.relayed() == log_index{5});
}

TEST_CASE("a second gap is scanned as well") {
  touch_book book(log_index{}, 1);
  book.observe(at(3, make_event(ann_and_cem, 9)));
  book.observe(at(6, make_event(ann_and_cem, 10)));
  book.observe(at(1, inbox_changed(1, 1)));
  book.observe(at(2, inbox_changed(1, 1)));
  CHECK(book.scan_from(log_index{6}) == log_index{3});
  for (std::uint64_t i = 3; i <= 5; ++i)
    book.observe(at(i, inbox_changed(1, 1)));
  CHECK_FALSE(book.scan_from(log_index{6}));
}

TEST_CASE("beyond its bound a book takes no new threads and reads them from the log later") {
  touch_book book(log_index{}, 1, {1, 3, 256});
  book.observe(at(1, make_event(ann_and_bob, 5)));
  book.observe(at(2, make_event(ann_and_cem, 5)));
  book.observe(at(3, make_event(ann_and_bob, 6)));
  CHECK(book.size() == 1);
  CHECK_FALSE(book.scan_from(log_index{3}));
  relay_all(book);
  CHECK(book.relayed() == log_index{1});
  REQUIRE(book.scan_from(log_index{3}) == log_index{2});
  book.observe(at(2, make_event(ann_and_cem, 5)));
  relay_all(book);
  book.observe(at(3, make_event(ann_and_bob, 6)));
  relay_all(book);
  CHECK(book.relayed() == log_index{3});
  CHECK_FALSE(book.scan_from(log_index{3}));
}

TEST_CASE("entries that were seen before change nothing") {
  touch_book book(log_index{}, 1);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  relay_all(book);
  book.observe(at(1, make_event(ann_and_bob, 5)));
  CHECK(book.size() == 0);
  CHECK(book.relayed() == log_index{1});
}

} // namespace weft::cluster
