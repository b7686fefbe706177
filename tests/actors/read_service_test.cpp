// Reads of threads, inboxes and users, and what they do not tell.
#include "actors/read_service.hpp"
#include "actors/token.hpp"
#include "tests/actors/thread_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

/// A thread of Ann and Bob with five committed messages, "1" to "5".
struct with_history : thread_world {
  explicit with_history(const actors::limits& bounds = cheap_limits()) : thread_world(bounds) {
    start(both());
    for (std::uint32_t n = 1; n <= 5; ++n)
      send(ann_phone, op(n), std::to_string(n));
    commit();
    router.clear();
  }
  void serve(const read_request& what) { read_service(env).serve(what); }
  request_ref ref(std::uint64_t request = 1) const { return {ann_phone.session, request}; }

  history_page history(std::optional<std::uint64_t> after, std::optional<std::uint64_t> before,
                       std::size_t limit) {
    read_history what{ref(), ann, both(), std::nullopt, std::nullopt, limit};
    if (after)
      what.after = sequence{*after};
    if (before)
      what.before = sequence{*before};
    router.clear();
    serve(what);
    const auto pages = router.replies<history_page>(ann_phone.session);
    REQUIRE(pages.size() == 1);
    return pages[0];
  }
  static std::string bodies(const history_page& page) {
    std::string out;
    for (const auto& event : page.events)
      out += event_of(*event.bytes).message().body();
    return out;
  }
  void put_rows(std::uint64_t count) {
    for (std::uint64_t n = 1; n <= count; ++n) {
      state::Record record;
      auto& change = *record.mutable_inbox_changed();
      change.set_user(ann.value);
      change.set_version(n);
      auto& row = *change.add_rows()->mutable_row();
      row.set_thread(to_bytes(thread_id::direct(ann, user_id{n})));
      row.set_last_time_ms(1'000 + n);
      row.set_version(n);
      ledger.put(slot_of(ann), std::move(record));
    }
  }
  inbox_page inbox(read_inbox what) {
    what.ref = ref();
    what.user = ann;
    router.clear();
    serve(what);
    const auto pages = router.replies<inbox_page>(ann_phone.session);
    REQUIRE(pages.size() == 1);
    return pages[0];
  }
};

} // namespace

TEST_CASE("history pages go forwards and backwards and say what they cover") {
  with_history there;
  auto page = there.history(2, std::nullopt, 2);
  CHECK(with_history::bodies(page) == "34");
  CHECK(page.covers_from == sequence{3});
  CHECK(page.covers_to == sequence{4});
  CHECK(page.last_seq == sequence{5});
  CHECK(page.members.size() == 2);
  CHECK(page.skipped.empty());
  CHECK(with_history::bodies(there.history(std::nullopt, 4, 2)) == "23");
  CHECK(with_history::bodies(there.history(std::nullopt, std::nullopt, 2)) == "45");
  CHECK(with_history::bodies(there.history(5, std::nullopt, 10)).empty());
  CHECK(with_history::bodies(there.history(std::nullopt, 1, 10)).empty());
}

TEST_CASE("a history page is no longer than the limits allow") {
  auto bounds = cheap_limits();
  bounds.history_page_events_max = 3;
  with_history there(bounds);
  CHECK(with_history::bodies(there.history(0, std::nullopt, 1'000)) == "123");
}

TEST_CASE("history shows nothing that is not committed") {
  with_history there;
  there.send(there.ann_phone, op(6), "6");
  REQUIRE(there.ledger.waiting() == 1);
  CHECK(with_history::bodies(there.history(0, std::nullopt, 10)) == "12345");
}

TEST_CASE("a stranger cannot tell a thread of others from one that does not exist") {
  with_history there;
  const auto why = [&](const thread_id& thread, user_id who) {
    there.router.clear();
    there.serve(read_history{there.ref(), who, thread, std::nullopt, std::nullopt, 10});
    there.serve(mark_read{there.ref(), who, thread, sequence{1}});
    const auto failures = there.failures(there.ann_phone);
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].why.code == errc::not_found);
    CHECK(failures[1].why.message == failures[0].why.message);
    CHECK(there.router.take_user_messages().empty());
    return failures[0].why.message;
  };
  CHECK(why(thread_world::both(), eve) == why(thread_id::direct(ann, eve), ann));

  there.router.clear();
  there.serve(read_last{there.ref(), eve, thread_world::both()});
  const auto last = there.router.replies<last_event_read>(there.ann_phone.session);
  REQUIRE(last.size() == 1);
  CHECK(last[0].event == nullptr);
}

TEST_CASE("the last event of a thread is read for a member") {
  with_history there;
  there.serve(read_last{there.ref(8), ann, thread_world::both()});
  const auto last = there.router.replies<last_event_read>(there.ann_phone.session);
  REQUIRE(last.size() == 1);
  CHECK(last[0].request == 8);
  REQUIRE(last[0].event);
  CHECK(event_of(*last[0].event).message().body() == "5");
}

TEST_CASE("a read mark goes to the user with the ordinal, never beyond the last event") {
  with_history there;
  there.serve(mark_read{there.ref(), ann, thread_world::both(), sequence{3}});
  there.serve(mark_read{there.ref(), ann, thread_world::both(), sequence{99}});
  const auto sent = there.router.take_user_messages();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].first == ann);
  CHECK(std::get<advance_read>(sent[0].second.at(0)).seq == sequence{3});
  CHECK(std::get<advance_read>(sent[0].second.at(0)).ordinal == weft::ordinal{3});
  CHECK(std::get<advance_read>(sent[1].second.at(0)).seq == sequence{5});
}

TEST_CASE("the inbox is paged newest first, or by what changed") {
  with_history there;
  there.put_rows(5);
  read_inbox newest;
  newest.limit = 2;
  auto page = there.inbox(newest);
  REQUIRE(page.rows.size() == 2);
  CHECK(page.rows[0].row.last_time_ms() == 1'005);
  CHECK(page.version == inbox_version{5});
  CHECK_FALSE(page.complete);
  read_inbox below = newest;
  below.limit = 3;
  below.below_time = time_ms{page.rows[1].row.last_time_ms()};
  below.below_thread = *thread_from_bytes(page.rows[1].row.thread());
  page = there.inbox(below);
  REQUIRE(page.rows.size() == 3);
  CHECK(page.rows[0].row.last_time_ms() == 1'003);
  CHECK(page.complete);

  read_inbox changed;
  changed.since = inbox_version{1};
  changed.limit = 2;
  page = there.inbox(changed);
  REQUIRE(page.rows.size() == 2);
  CHECK(page.rows[0].row.version() == 2);
  CHECK(page.version == inbox_version{3}); // Where the next page begins.
  CHECK_FALSE(page.complete);
  changed.since = page.version;
  page = there.inbox(changed);
  CHECK(page.rows.size() == 2);
  CHECK(page.version == inbox_version{5});
  CHECK(page.complete);
}

TEST_CASE("users are found by name and by id") {
  with_history there;
  // An account whose id lies in the slot of its name, as registering makes it.
  const auto cid = make_user_id("cid", 7);
  there.add_account(cid, "cid");
  there.serve(find_user{there.ref(1), "cid", {}});
  there.serve(find_user{there.ref(2), "", cid});
  there.serve(find_user{there.ref(3), "nobody", {}});
  there.serve(find_user{there.ref(4), "", eve});
  const auto found = there.router.replies<user_found>(there.ann_phone.session);
  REQUIRE(found.size() == 2);
  CHECK(found[0].user == cid);
  CHECK(found[1].name == "cid");
  const auto failures = there.failures(there.ann_phone);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].why.code == errc::not_found);
  CHECK(failures[1].why.message == failures[0].why.message);
}

TEST_CASE("the last event of a thread is read for an inbox unless it is too large for one") {
  with_history there;
  const auto last = [&there] {
    there.router.clear();
    there.serve(read_last{there.ref(), ann, thread_world::both()});
    const auto answers = there.router.replies<last_event_read>(there.ann_phone.session);
    REQUIRE(answers.size() == 1);
    return answers[0].event;
  };
  REQUIRE(last() != nullptr);
  CHECK(event_of(*last()).message().body() == "5");
  const auto bound = there.env.limits.inbox_last_event_bytes_max;
  there.send(there.ann_phone, op(6), std::string(bound - 100, 'x'));
  there.commit();
  CHECK(last() != nullptr);
  there.send(there.ann_phone, op(7), std::string(bound, 'x'));
  there.commit();
  CHECK(last() == nullptr);
}

TEST_CASE("a session's token is confirmed with the inbox's version, or the session ends") {
  with_history there;
  const auto hash = hash_token_secret("secret");
  const auto put_token = [&there](const std::string& token_hash) {
    state::Record record;
    auto& change = *record.mutable_device_changed();
    change.set_user(ann.value);
    change.set_device(std::string{device_no(1).view()});
    change.mutable_row()->set_token_hash(token_hash);
    there.ledger.put(slot_of(ann), std::move(record));
  };
  const auto ask = [&there, &hash] {
    there.router.clear();
    there.serve(confirm_session{there.ann_phone.session, ann, device_no(1), hash});
    return there.router.replies(there.ann_phone.session);
  };
  const auto is_ended = [](const session_notices& said) {
    const auto ends = only<session_ended>(said);
    return said.size() == 1 && ends.size() == 1 && ends[0].why.code == errc::not_signed_in;
  };
  CHECK(is_ended(ask())); // No such device.
  put_token(hash);
  there.put_rows(3);
  const auto confirmed = only<session_confirmed>(ask());
  REQUIRE(confirmed.size() == 1);
  CHECK(confirmed[0].inbox_version == inbox_version{3});
  put_token(hash_token_secret("another")); // Signed in anew.
  CHECK(is_ended(ask()));
  put_token(""); // Signed out.
  CHECK(is_ended(ask()));
}
