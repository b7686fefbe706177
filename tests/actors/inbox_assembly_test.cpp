#include "actors/inbox_assembly.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const thread_id with_bob = thread_id::direct(ann, bob);
const thread_id with_eve = thread_id::direct(ann, eve);

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
  pages.begin(page_of(7, {with_bob, with_eve}));
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
  pages.begin(page_of(7, {with_bob}));
  const auto page = pages.add({7, with_bob, nullptr});
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
}

TEST_CASE("a page does without the last event of a shard that refuses") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}));
  CHECK_FALSE(pages.do_without_one(7));
  const auto page = pages.add(answer(7, with_eve, "e"));
  REQUIRE(page);
  CHECK(page->rows[0].last_event == nullptr);
  CHECK(*page->rows[1].last_event == "e");
}

TEST_CASE("a page that is given up has what has come, and is given once") {
  inbox_assembly pages;
  pages.begin(page_of(7, {with_bob, with_eve}));
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
  pages.begin(page_of(7, {with_bob}));
  pages.begin(page_of(8, {with_bob}));
  CHECK(pages.add(answer(8, with_bob, "b"))->request == 8);
  CHECK(pages.is_waiting(7));
  CHECK(pages.add(answer(7, with_bob, "b"))->request == 7);
}
