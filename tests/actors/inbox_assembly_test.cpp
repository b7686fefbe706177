#include "actors/inbox_assembly.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const thread_id with_bob = thread_id::direct(ann, bob);
const thread_id with_eve = thread_id::direct(ann, eve);
constexpr std::size_t plenty = 1u << 20;

inbox_page page_of(std::uint64_t request, const std::vector<thread_id>& threads) {
  inbox_page out;
  out.request = request;
  for (const auto& thread : threads) {
    inbox_entry entry;
    entry.row.set_thread(to_bytes(thread));
    out.rows.push_back(std::move(entry));
  }
  return out;
}

last_event_read answer(std::uint64_t request, const thread_id& thread, std::string bytes) {
  return {request, thread, std::make_shared<const std::string>(std::move(bytes))};
}

} // namespace

TEST_CASE("an inbox page is given once the last event of every thread has come") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}), plenty);
  CHECK(pages.is_waiting(7));
  CHECK_FALSE(pages.add(answer(7, with_eve, "e")));
  const auto page = pages.add(answer(7, with_bob, "b"));
  REQUIRE(page);
  REQUIRE(page->rows.size() == 2);
  CHECK(*page->rows[0].last_event == "b");
  CHECK(*page->rows[1].last_event == "e");
  CHECK_FALSE(pages.is_waiting(7));
}

TEST_CASE("a thread without a visible event counts as answered") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob}), plenty);
  const auto page = pages.add({7, with_bob, nullptr});
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
}

TEST_CASE("a page does without the last event of a shard that refuses") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}), plenty);
  CHECK_FALSE(pages.do_without_one(7));
  const auto page = pages.add(answer(7, with_eve, "e"));
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
  CHECK(*page->rows[1].last_event == "e");
}

TEST_CASE("a page that is given up has what has come, and is given once") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}), plenty);
  pages.add(answer(7, with_bob, "b"));
  const auto page = pages.give_up(7);
  REQUIRE(page);
  CHECK(*page->rows[0].last_event == "b");
  CHECK(page->rows[1].last_event == nullptr);
  CHECK_FALSE(pages.give_up(7));
  CHECK_FALSE(pages.add(answer(7, with_eve, "late")));
  CHECK_FALSE(pages.do_without_one(7));
}

TEST_CASE("pages of several requests do not mix") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob}), plenty);
  pages.begin(page_of(8, {with_bob}), plenty);
  CHECK(pages.add(answer(8, with_bob, "b"))->request == 8);
  CHECK(pages.is_waiting(7));
  CHECK(pages.add(answer(7, with_bob, "b"))->request == 7);
}

TEST_CASE("last events that do not fit into a page are left out, its rows are not") {
  inbox_assembly pages;
  std::vector<thread_id> threads;
  for (std::uint64_t n = 1; n <= 100; ++n)
    threads.push_back(thread_id::direct(ann, user_id{n}));
  constexpr std::size_t room = 10'000;
  pages.begin(page_of(7, threads), room);
  std::optional<inbox_page> page;
  // In the opposite order: what is kept depends on the rows alone.
  for (auto thread = threads.rbegin(); thread != threads.rend(); ++thread)
    page = pages.add(answer(7, *thread, std::string(thread == threads.rbegin() ? 100 : 999, 'x')));
  REQUIRE(page);
  REQUIRE(page->rows.size() == 100);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < page->rows.size(); ++i) {
    const auto& event = page->rows[i].last_event;
    if (event)
      bytes += event->size();
    if (i < 10)
      CHECK(event != nullptr);
    else
      CHECK(event == nullptr);
  }
  CHECK(bytes <= room);
}

TEST_CASE("an event that does not fit leaves room for smaller ones behind it") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}), 100);
  pages.add(answer(7, with_bob, std::string(101, 'b')));
  const auto page = pages.add(answer(7, with_eve, std::string(100, 'e')));
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
  CHECK(page->rows[1].last_event != nullptr);
}

TEST_CASE("a page that is given up is bounded as well") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}), 100);
  pages.add(answer(7, with_bob, std::string(101, 'b')));
  const auto page = pages.give_up(7);
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
}
