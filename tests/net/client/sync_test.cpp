#include "net/client/sync.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

// Inside the namespace: outside of it `link` and `sync` are functions of the system.
namespace weft::net::client {

namespace {

const thread_id thread = thread_id::direct(user_id{1}, user_id{2});

event_view event_of(std::uint64_t seq) {
  event_view event;
  event.seq = seq;
  event.ordinal = seq;
  event.is_message = true;
  event.body = "x";
  return event;
}

/// What a server that has `last` events answers to a pull.
History page_of(const sync::pull& asked, std::uint64_t last, std::uint64_t limit) {
  History page;
  page.set_thread(to_bytes(asked.thread));
  page.set_last_seq(last);
  const auto to = std::min(last, asked.after.value + limit);
  for (auto seq = asked.after.value + 1; seq <= to; ++seq) {
    auto& event = *page.add_events();
    event.set_seq(seq);
    event.mutable_message()->set_body("x");
  }
  if (page.events_size() > 0) {
    page.set_covers_from(asked.after.value + 1);
    page.set_covers_to(to);
  }
  return page;
}

struct shown_numbers {
  std::vector<std::uint64_t> seen;
  sync threads{[this](const message& what) { seen.push_back(what.seq.value); }};

  bool are_all_up_to(std::uint64_t last) const {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i] != i + 1)
        return false;
    }
    return seen.size() == last;
  }
};

} // namespace

TEST_CASE("events in order are shown, repeated ones are not") {
  shown_numbers shown;
  for (const auto seq : {1, 2, 2, 1, 3})
    shown.threads.on_event(thread, event_of(static_cast<std::uint64_t>(seq)));
  CHECK(shown.are_all_up_to(3));
  CHECK(shown.threads.is_complete());
  CHECK_FALSE(shown.threads.next_pull());
}

TEST_CASE("a thread that was refused is asked for again when it has news, and after a retry") {
  shown_numbers shown;
  shown.threads.on_event(thread, event_of(3));
  REQUIRE(shown.threads.next_pull());
  shown.threads.on_pull_refused(thread);
  CHECK_FALSE(shown.threads.next_pull());
  // What was known already is no news.
  shown.threads.on_event(thread, event_of(3));
  CHECK_FALSE(shown.threads.next_pull());
  CHECK_FALSE(shown.threads.is_complete());
  shown.threads.on_event(thread, event_of(4));
  CHECK(shown.threads.next_pull());
  shown.threads.on_pull_refused(thread);
  CHECK_FALSE(shown.threads.next_pull());
  shown.threads.retry_all();
  const auto pull = shown.threads.next_pull();
  REQUIRE(pull);
  shown.threads.on_page(page_of(*pull, 4, 100));
  CHECK(shown.are_all_up_to(4));
}

TEST_CASE("a gap is asked for once, from what was shown") {
  shown_numbers shown;
  shown.threads.on_event(thread, event_of(1));
  shown.threads.on_event(thread, event_of(4));
  CHECK(shown.are_all_up_to(1));
  const auto pull = shown.threads.next_pull();
  REQUIRE(pull);
  CHECK(pull->thread == thread);
  CHECK(pull->after == sequence{1});
  CHECK_FALSE(shown.threads.next_pull());
  shown.threads.on_page(page_of(*pull, 4, 100));
  CHECK(shown.are_all_up_to(4));
  CHECK(shown.threads.is_complete());
}

TEST_CASE("an event that comes while its gap is being filled is not lost") {
  shown_numbers shown;
  shown.threads.on_event(thread, event_of(3));
  const auto first = shown.threads.next_pull();
  REQUIRE(first);
  const auto read_before_the_fourth = page_of(*first, 3, 100);
  shown.threads.on_event(thread, event_of(5));
  shown.threads.on_page(read_before_the_fourth);
  CHECK(shown.are_all_up_to(3));
  const auto second = shown.threads.next_pull();
  REQUIRE(second);
  CHECK(second->after == sequence{3});
  shown.threads.on_page(page_of(*second, 5, 100));
  CHECK(shown.are_all_up_to(5));
}

TEST_CASE("numbers that this reader never sees are passed over") {
  shown_numbers shown;
  InboxThread row;
  row.set_thread(to_bytes(thread));
  row.set_last_seq(5);
  shown.threads.on_row(row);
  REQUIRE(shown.threads.next_pull());
  History page;
  page.set_thread(to_bytes(thread));
  page.set_last_seq(5);
  page.set_covers_from(1);
  page.set_covers_to(5);
  auto& skipped = *page.add_skipped();
  skipped.set_from(1);
  skipped.set_to(3);
  auto& event = *page.add_events();
  event.set_seq(4);
  event.mutable_message();
  auto& end = *page.add_skipped();
  end.set_from(5);
  end.set_to(5);
  shown.threads.on_page(page);
  CHECK(shown.seen == std::vector<std::uint64_t>{4});
  CHECK(shown.threads.is_complete());
  CHECK(shown.threads.applied(thread) == sequence{5});
}

TEST_CASE("what was shown in an earlier run is not shown again") {
  shown_numbers shown;
  shown.threads.begin_at(thread, sequence{3});
  for (std::uint64_t seq = 1; seq <= 5; ++seq)
    shown.threads.on_event(thread, event_of(seq));
  CHECK(shown.seen == std::vector<std::uint64_t>{4, 5});
}

TEST_CASE("a server that contradicts itself is not asked for ever") {
  shown_numbers shown;
  InboxThread row;
  row.set_thread(to_bytes(thread));
  row.set_last_seq(9);
  shown.threads.on_row(row);
  int asked = 0;
  while (const auto pull = shown.threads.next_pull()) {
    REQUIRE(++asked < 10);
    History nothing;
    nothing.set_thread(to_bytes(pull->thread));
    shown.threads.on_page(nothing);
  }
  CHECK(shown.threads.is_complete());
  // News is news again.
  shown.threads.on_row(row);
  CHECK(shown.threads.next_pull());
}

TEST_CASE(
    "however events, acknowledgements, rows and pages come, each is shown once and in order") {
  auto random = testing::seeded_random();
  for (int round = 0; round < 300; ++round) {
    shown_numbers shown;
    const std::uint64_t last = 1 + random() % 60;
    std::vector<std::uint64_t> arrivals;
    for (std::uint64_t seq = 1; seq <= last; ++seq) {
      // Some are lost, some come twice.
      for (auto times = random() % 3; times > 0; --times)
        arrivals.push_back(seq);
    }
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    std::vector<History> under_way;
    for (const auto seq : arrivals) {
      if (random() % 5 == 0)
        shown.threads.on_own({thread, sequence{seq}, {}, {}, {}, {}, {}, {}});
      else
        shown.threads.on_event(thread, event_of(seq));
      if (const auto pull = shown.threads.next_pull(); pull && random() % 2 == 0)
        // The server may have read before later events were committed.
        under_way.push_back(
            page_of(*pull, pull->after.value + random() % (last - pull->after.value + 1), 7));
      else if (pull)
        shown.threads.on_pull_failed(pull->thread);
      if (!under_way.empty() && random() % 2 == 0) {
        shown.threads.on_page(under_way.back());
        under_way.pop_back();
      }
    }
    for (const auto& page : under_way)
      shown.threads.on_page(page);
    // In the end a row of the inbox tells of what no push brought.
    InboxThread row;
    row.set_thread(to_bytes(thread));
    row.set_last_seq(last);
    shown.threads.on_row(row);
    while (const auto pull = shown.threads.next_pull())
      shown.threads.on_page(page_of(*pull, last, 7));
    CHECK(shown.are_all_up_to(last));
  }
}

} // namespace weft::net::client
