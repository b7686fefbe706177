// Inbox pages that a SESSION puts together, and what it pushes to a device that resumes.
#include "tests/actors/session_world.hpp"

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

shared_bytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

history_page behind(const thread_id& thread, std::uint64_t seq) {
  history_page out;
  out.thread = thread;
  out.events.push_back({sequence{seq}, bytes("event")});
  return out;
}

resume with_cursors(std::uint64_t history_id) {
  auto out = session_world::token_of_ann();
  out.history_id = history_id;
  out.cursors = {{with_bob, sequence{3}}, {with_eve, sequence{0}}};
  return out;
}

} // namespace

TEST_CASE("an inbox page reaches the client with the last events of its threads") {
  session_world there;
  there.start_live();
  there.tell({page_of(8, {with_bob, with_eve})});
  const auto reads = there.router.take_reads();
  REQUIRE(reads.size() == 2);
  CHECK(std::get<read_last>(reads[0]).user == ann);
  CHECK(std::get<read_last>(reads[0]).thread == with_bob);
  CHECK(std::get<read_last>(reads[0]).ref.session == there.address());
  CHECK(there.client->replies.empty());
  there.tell({last_event_read{8, with_eve, bytes("e")}});
  CHECK(there.client->replies.empty());
  there.tell({last_event_read{8, with_bob, bytes("b")}});
  const auto pages = there.replies<inbox_page>();
  REQUIRE(pages.size() == 1);
  CHECK(*pages[0].rows[0].last_event == "b");
  CHECK(*pages[0].rows[1].last_event == "e");
  // The time limit finds nothing left to do.
  there.advance(std::chrono::seconds(10));
  CHECK(there.client->replies.size() == 1);
}

TEST_CASE("an empty inbox page reaches the client at once") {
  session_world there;
  there.start_live();
  there.tell({page_of(8, {})});
  CHECK(there.replies<inbox_page>().size() == 1);
  CHECK(there.router.take_reads().empty());
}

TEST_CASE("an inbox page does not wait for ever for the shard of a thread") {
  session_world there;
  there.start_live();
  there.tell({page_of(8, {with_bob, with_eve})});
  there.tell({last_event_read{8, with_bob, bytes("b")}});
  there.advance(std::chrono::seconds(10));
  const auto pages = there.replies<inbox_page>();
  REQUIRE(pages.size() == 1);
  CHECK(*pages[0].rows[0].last_event == "b");
  CHECK(pages[0].rows[1].last_event == nullptr);
  there.tell({last_event_read{8, with_eve, bytes("late")}});
  CHECK(there.client->replies.size() == 1);
}

TEST_CASE("an inbox request has one reply even when a shard refuses its last event") {
  session_world there;
  there.start_live();
  there.tell({page_of(8, {with_bob, with_eve})});
  there.tell({request_failed{8, {errc::overloaded, "too many reads wait"}}});
  CHECK(there.client->replies.empty());
  there.tell({last_event_read{8, with_bob, bytes("b")}});
  there.advance(std::chrono::seconds(10));
  REQUIRE(there.client->replies.size() == 1);
  REQUIRE(there.replies<inbox_page>().size() == 1);
  CHECK(*there.replies<inbox_page>()[0].rows[0].last_event == "b");
}

TEST_CASE("an inbox request that fails is told as failed") {
  session_world there;
  there.start_live();
  there.tell({request_failed{8, {errc::overloaded, "too many reads wait"}}});
  CHECK(there.replies<request_failed>().size() == 1);
}

TEST_CASE("a device that resumes gets what lies behind its cursors") {
  session_world there;
  there.start(with_cursors(there.store().history_id()));
  const auto asked = there.router.take_account_messages();
  CHECK(std::get<resume>(asked.at(0).second.at(0)).cursors.empty()); // The accounts need none.
  CHECK(there.router.take_reads().empty()); // Not before the token was found to be right.
  there.let_in();
  there.confirm();
  const auto reads = there.router.take_reads();
  REQUIRE(reads.size() == 2);
  const auto& first = std::get<read_history>(reads[0]);
  CHECK(first.ref.request == 0);
  CHECK(first.user == ann);
  CHECK(first.thread == with_bob);
  CHECK(first.after == sequence{3});
  CHECK_FALSE(first.before);
  CHECK(first.limit == there.env.limits.history_page_events_max);
  CHECK(std::get<read_history>(reads[1]).after == sequence{0});

  there.tell({behind(with_bob, 4)});
  const auto pushes = there.pushes<events_delivered>();
  REQUIRE(pushes.size() == 1);
  CHECK(pushes[0].thread == with_bob);
  CHECK(pushes[0].events->front().seq == sequence{4});
  CHECK(there.replies<history_page>().empty());
}

TEST_CASE("nothing behind a cursor means nothing is pushed, and a failure tells nobody") {
  session_world there;
  there.start(with_cursors(there.store().history_id()));
  there.let_in();
  there.confirm();
  const auto before = there.client->replies.size();
  history_page nothing;
  nothing.thread = with_bob;
  there.tell({nothing, request_failed{0, {errc::not_found, "no such thread or user"}}});
  CHECK(there.client->pushes.empty());
  CHECK(there.client->replies.size() == before);
  CHECK_FALSE(there.has_ended());
}

TEST_CASE("a device that resumes with many cursors reads behind a few at a time") {
  session_world there;
  auto token = session_world::token_of_ann();
  token.history_id = there.store().history_id();
  for (std::uint64_t n = 1; n <= 100; ++n)
    token.cursors.push_back({thread_id::direct(ann, user_id{n}), sequence{n}});
  there.start(token);
  there.let_in();
  there.confirm();
  const auto at_once = there.env.limits.resume_cursors_at_once;
  std::size_t asked = 0;
  for (auto reads = there.router.take_reads(); !reads.empty(); reads = there.router.take_reads()) {
    CHECK(reads.size() <= at_once);
    for (const auto& read : reads) {
      const auto& what = std::get<read_history>(read);
      CHECK(what.after == sequence{++asked}); // In the order of the client.
      // Answered, or refused: the next one is asked for in both cases.
      if (asked % 2 == 0)
        there.tell({behind(what.thread, asked + 1)});
      else
        there.tell({request_failed{0, {errc::overloaded, "too many reads wait"}}});
    }
  }
  CHECK(asked == 100);
  CHECK(there.pushes<events_delivered>().size() == 50);
}

TEST_CASE("a client that takes no pushes is not read for any more") {
  session_world there;
  auto token = session_world::token_of_ann();
  token.history_id = there.store().history_id();
  for (std::uint64_t n = 1; n <= 10; ++n)
    token.cursors.push_back({thread_id::direct(ann, user_id{n}), sequence{n}});
  there.start(token);
  there.let_in();
  there.confirm();
  there.router.take_reads();
  SUBCASE("because it lags: it will be told to sync") {
    there.client->room = 0;
  }
  SUBCASE("because it is gone") {
    there.detached();
  }
  there.tell({behind(with_bob, 4)});
  CHECK(there.router.take_reads().empty());
}

TEST_CASE("an inbox page of large last events stays within its bound") {
  session_world there;
  there.start_live();
  std::vector<thread_id> threads;
  for (std::uint64_t n = 1; n <= 100; ++n)
    threads.push_back(thread_id::direct(ann, user_id{n}));
  there.tell({page_of(8, threads)});
  const auto large = bytes(std::string(64u << 10, 'x'));
  for (const auto& thread : threads)
    there.tell({last_event_read{8, thread, large}});
  const auto pages = there.replies<inbox_page>();
  REQUIRE(pages.size() == 1);
  std::size_t total = 0;
  for (const auto& row : pages[0].rows)
    total += row.last_event ? row.last_event->size() : 0;
  CHECK(pages[0].rows.size() == 100);
  CHECK(total <= there.env.limits.inbox_page_events_bytes_max);
}

TEST_CASE("cursors of another history are not looked at") {
  session_world there;
  there.start(with_cursors(there.store().history_id() + 1));
  there.let_in();
  there.confirm();
  CHECK(there.router.take_reads().empty());
  // The client learns the present history and syncs by itself.
  REQUIRE(there.replies<signed_in>().size() == 1);
  CHECK(there.replies<signed_in>()[0].history_id == there.store().history_id());
}

TEST_CASE("a history page that was asked for is a reply and no push") {
  session_world there;
  there.start_live();
  auto page = behind(with_bob, 4);
  page.request = 12;
  there.tell({page});
  CHECK(there.replies<history_page>().size() == 1);
  CHECK(there.client->pushes.empty());
}
