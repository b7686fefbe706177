// A user's list of threads.
#include "tests/integration/device.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace weft::testing {

namespace {

/// Ann, and seven friends who have written to her one after another: friend i wrote i messages.
struct many_friends {
  static constexpr std::size_t count = 7;

  weftd_process node;
  device ann{node, "ann"};
  std::vector<std::unique_ptr<device>> friends;

  many_friends() {
    ann.register_account();
    for (std::size_t i = 1; i <= count; ++i) {
      friends.push_back(std::make_unique<device>(node, "friend" + std::to_string(i)));
      auto& one = *friends.back();
      one.register_account();
      for (std::size_t n = 1; n <= i; ++n)
        if (!one.send(thread(i), "message " + std::to_string(n)).has_ack())
          throw std::runtime_error("a message was refused");
    }
    for (std::size_t i = 1; i <= count; ++i)
      await_inbox_row(ann, thread(i), i);
  }

  thread_id thread(std::size_t i) { return thread_of(ann, *friends[i - 1]); }

  weft::Inbox page(std::uint32_t limit, const weft::InboxThread* below = nullptr) {
    weft::ClientFrame frame;
    frame.mutable_inbox()->set_limit(limit);
    if (below != nullptr) {
      frame.mutable_inbox()->set_below_time_ms(below->last_time_ms());
      frame.mutable_inbox()->set_below_thread(below->thread());
    }
    return ann.ask(std::move(frame)).inbox();
  }

  weft::Inbox changed_since(std::uint64_t version, std::uint32_t limit = 100) {
    weft::ClientFrame frame;
    frame.mutable_inbox()->set_since(version);
    frame.mutable_inbox()->set_limit(limit);
    return ann.ask(std::move(frame)).inbox();
  }

  /// The whole inbox by pages of `limit`.
  std::vector<weft::InboxThread> all(std::uint32_t limit) {
    std::vector<weft::InboxThread> out;
    for (;;) {
      const auto next = page(limit, out.empty() ? nullptr : &out.back());
      CHECK(next.threads_size() <= static_cast<int>(limit));
      out.insert(out.end(), next.threads().begin(), next.threads().end());
      if (next.complete() || next.threads_size() == 0)
        return out;
    }
  }
};

} // namespace

TEST_CASE("an inbox is empty at first") {
  weftd_process node;
  device ann(node, "ann");
  ann.register_account();
  weft::ClientFrame frame;
  frame.mutable_inbox();
  const auto answer = ann.ask(frame);
  REQUIRE(answer.has_inbox());
  CHECK(answer.inbox().threads_size() == 0);
  CHECK(answer.inbox().complete());
}

TEST_CASE("an inbox whose last messages are all large comes in a frame that clients take") {
  // Together they are more than the 2 MiB at which a client gives a frame up.
  constexpr std::size_t count = 33;
  weftd_process node;
  device ann(node, "ann");
  ann.register_account();
  const std::string large(64u << 10, 'x');
  for (std::size_t i = 1; i <= count; ++i) {
    device one(node, "friend" + std::to_string(i));
    one.register_account();
    REQUIRE(one.send(thread_of(ann, one), i == 1 ? "small" : large).has_ack());
  }
  const auto page = [&ann] {
    weft::ClientFrame frame;
    frame.mutable_inbox()->set_since(0);
    frame.mutable_inbox()->set_limit(100);
    return ann.ask(std::move(frame)).inbox();
  };
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto inbox = page();
  while (inbox.threads_size() < static_cast<int>(count)) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    inbox = page();
  }
  CHECK(inbox.ByteSizeLong() < (256u << 10));
  for (const auto& row : inbox.threads()) {
    CHECK(row.unread() == 1);
    CHECK(row.has_last_event() == (row.peer_name() == "friend1"));
  }
}

TEST_CASE_FIXTURE(many_friends, "threads come newest first, whatever the size of a page") {
  for (const std::uint32_t limit : {1u, 3u, 7u, 100u}) {
    const auto rows = all(limit);
    REQUIRE(rows.size() == count);
    for (std::size_t i = 0; i < count; ++i)
      CHECK(rows[i].thread() == to_bytes(thread(count - i)));
  }
}

TEST_CASE_FIXTURE(many_friends, "a row shows the other side, the last message and what is unread") {
  const auto rows = all(100);
  REQUIRE(rows.size() == count);
  for (std::size_t i = 1; i <= count; ++i) {
    const auto& row = rows[count - i];
    const auto& one = *friends[i - 1];
    CHECK(row.peer_id() == one.user().value);
    CHECK(row.peer_name() == one.name());
    CHECK(row.last_seq() == i);
    CHECK(row.last_ordinal() == i);
    CHECK(row.unread() == i);
    CHECK(row.read_seq() == 0);
    CHECK(row.created_ms() > 0);
    CHECK(row.last_event().seq() == i);
    CHECK(row.last_event().time_ms() == row.last_time_ms());
    CHECK(row.last_event().message().body() == "message " + std::to_string(i));
  }
  // The other side has the thread in its inbox too.
  const auto row = await_inbox_row(*friends[2], thread(3), 3);
  CHECK(row.peer_id() == ann.user().value);
  CHECK(row.peer_name() == "ann");
}

TEST_CASE_FIXTURE(many_friends, "reading makes unread smaller, a new message moves its thread up") {
  REQUIRE(ann.mark_read(thread(5), 3).has_read_marked());
  CHECK(await_inbox_row(ann, thread(5), 5).unread() == 2);
  REQUIRE(ann.mark_read(thread(5), 100).read_marked().seq() == 5);
  CHECK(await_inbox_row(ann, thread(5), 5).unread() == 0);

  REQUIRE(friends[0]->send(thread(1), "me again").has_ack());
  await_inbox_row(ann, thread(1), 2);
  const auto rows = all(100);
  REQUIRE(rows.size() == count);
  CHECK(rows.front().thread() == to_bytes(thread(1)));
  CHECK(rows.front().last_event().message().body() == "me again");
}

TEST_CASE_FIXTURE(many_friends, "a device asks for what has changed since its version") {
  const auto first = changed_since(0);
  CHECK(first.threads_size() == static_cast<int>(count));
  CHECK(first.complete());
  CHECK(changed_since(first.version()).threads_size() == 0);
  CHECK(changed_since(first.version()).complete());

  REQUIRE(friends[3]->send(thread(4), "news").has_ack());
  REQUIRE(ann.mark_read(thread(2), 1).has_read_marked());
  await_inbox_row(ann, thread(4), 5);
  const auto later = changed_since(first.version());
  REQUIRE(later.threads_size() == 2);
  CHECK(later.version() > first.version());
  // Oldest change first.
  CHECK(later.threads(0).version() < later.threads(1).version());

  // By pages of one each row comes once.
  std::uint64_t version = 0;
  std::vector<std::string> seen;
  for (;;) {
    const auto next = changed_since(version, 1);
    if (next.threads_size() == 1)
      seen.push_back(next.threads(0).thread());
    version = next.version();
    if (next.complete())
      break;
    REQUIRE(next.threads_size() == 1);
    REQUIRE(seen.size() <= count);
  }
  CHECK(seen.size() == count);
  CHECK(version == later.version());
}

TEST_CASE_FIXTURE(many_friends, "heartbeats tell that the inbox has changed") {
  const auto version = changed_since(0).version();
  CHECK(ann.beat(version).heartbeat_ack().inbox_version() == version);
  REQUIRE(friends[3]->send(thread(4), "news").has_ack());
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (ann.beat(version).heartbeat_ack().inbox_version() == version)
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  CHECK(changed_since(version).threads(0).thread() == to_bytes(thread(4)));
  // Who comes back learns it at once.
  ann.leave();
  CHECK(ann.resume().inbox_version() > version);
}

} // namespace weft::testing
