// Reading a thread by pages.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

namespace weft::testing {

namespace {

/// A thread of 450 messages, "1" to "450".
struct long_thread : ann_and_bob {
  static constexpr std::uint64_t count = 450;

  long_thread() {
    std::vector<std::uint64_t> requests;
    for (std::uint64_t i = 1; i <= count; ++i) {
      weft::ClientFrame frame;
      frame.mutable_send()->set_thread(to_bytes(thread));
      frame.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
      frame.mutable_send()->set_body(std::to_string(i));
      requests.push_back(ann.post(std::move(frame)));
    }
    for (const auto request : requests)
      if (!ann.reply_to(request).has_ack())
        throw std::runtime_error("a message was refused");
  }

  weft::History page(std::optional<std::uint64_t> after, std::optional<std::uint64_t> before,
                     std::uint32_t limit) {
    return ann.ask(history_request(thread, after, before, limit)).history();
  }
};

/// True when the page holds exactly the messages `from` to `to`.
bool holds(const weft::History& page, std::uint64_t from, std::uint64_t to) {
  if (page.covers_from() != from || page.covers_to() != to || page.skipped_size() != 0 ||
      static_cast<std::uint64_t>(page.events_size()) != to - from + 1)
    return false;
  for (int i = 0; i < page.events_size(); ++i) {
    const auto& event = page.events(i);
    if (event.seq() != from + static_cast<std::uint64_t>(i) ||
        event.message().body() != std::to_string(event.seq()))
      return false;
  }
  return true;
}

} // namespace

TEST_CASE_FIXTURE(long_thread, "history is read in pages from either end") {
  // Without a bound the newest page; without a limit fifty; never more than the limit in Hello.
  CHECK(holds(page({}, {}, 0), 401, 450));
  CHECK(holds(page({}, {}, 10), 441, 450));
  CHECK(holds(page({}, {}, 100'000), 251, 450));
  CHECK(holds(page(0, {}, 10), 1, 10));
  CHECK(holds(page(10, {}, 10), 11, 20));
  CHECK(holds(page({}, 11, 10), 1, 10));
  CHECK(holds(page({}, 5, 10), 1, 4));
  CHECK(holds(page(445, {}, 10), 446, 450));
  CHECK(page({}, {}, 1).last_seq() == count);

  // Beyond either end a page is empty.
  for (const auto& empty : {page(count, {}, 10), page({}, 1, 10), page(9999, {}, 10)}) {
    CHECK(empty.events_size() == 0);
    CHECK(empty.covers_from() == 0);
    CHECK(empty.covers_to() == 0);
    CHECK(empty.last_seq() == count);
  }
}

TEST_CASE_FIXTURE(long_thread, "pages before and after cover a thread without a hole") {
  for (const std::uint32_t limit : {1u, 7u, 200u}) {
    std::uint64_t covered = limit == 1 ? count - 20 : 0;
    while (covered < count) {
      const auto next = page(covered, {}, limit);
      REQUIRE(next.covers_from() == covered + 1);
      REQUIRE(holds(next, next.covers_from(), next.covers_to()));
      covered = next.covers_to();
    }
    std::uint64_t before = limit == 1 ? 20 : count + 1;
    while (before > 1) {
      const auto next = page({}, before, limit);
      REQUIRE(next.covers_to() == before - 1);
      REQUIRE(holds(next, next.covers_from(), next.covers_to()));
      before = next.covers_from();
    }
  }
}

TEST_CASE_FIXTURE(long_thread, "both bounds together give what lies between them") {
  CHECK(holds(page(10, 16, 100), 11, 15));
  CHECK(page(10, 11, 100).events_size() == 0);
  CHECK(page(20, 10, 100).events_size() == 0);
}

TEST_CASE_FIXTURE(ann_and_bob, "a page of large messages is shorter and still leaves no hole") {
  constexpr std::size_t count = 24;
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(ann.send(thread, std::string(60'000, static_cast<char>('a' + i))).has_ack());
  const auto first = bob.ask(history_request(thread, 0, {}, 200)).history();
  CHECK(first.events_size() > 0);
  CHECK(first.events_size() < static_cast<int>(count));
  const auto all = whole_history(bob, thread);
  REQUIRE(all.size() == count);
  for (std::size_t i = 0; i < count; ++i)
    CHECK((all[i].message().body() == std::string(60'000, static_cast<char>('a' + i))));
}

TEST_CASE_FIXTURE(ann_and_bob, "history tells the members and how far they are") {
  for (int i = 0; i < 3; ++i)
    REQUIRE(ann.send(thread, "message").has_ack());
  REQUIRE(bob.mark_read(thread, 2).has_read_marked());
  // The receipt says that the thread has learnt of it.
  ann.await_push(
      [](const auto& frame) { return frame.has_receipt() && frame.receipt().read_seq() == 2; });
  bob.report_delivered(thread, 3);
  ann.await_push([](const auto& frame) {
    return frame.has_receipt() && frame.receipt().delivered_seq() == 3;
  });
  // Cursors of a thread are written lazily, about once a second.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto page = ann.ask(history_request(thread, {}, {}, 1)).history();
    REQUIRE(page.members_size() == 2);
    const auto& one = page.members(0);
    const auto& two = page.members(1);
    const auto& about_bob = one.user_id() == bob.user().value ? one : two;
    CHECK(about_bob.name() == "bob");
    if (about_bob.read_seq() == 2 && about_bob.delivered_seq() == 3)
      break;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

} // namespace weft::testing
