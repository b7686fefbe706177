// What applying makes of records, and how readers show it.
#include "storage/accounts.hpp"
#include "storage/inbox.hpp"
#include "storage/operation_window.hpp"
#include "storage/rocks.hpp"
#include "tests/storage/feeder.hpp"

#include <rocksdb/convenience.h>

namespace weft::testing {
namespace {

using namespace weft::storage;

std::vector<std::string> threads_of(const result<std::vector<state::InboxRow>>& rows) {
  REQUIRE_MESSAGE(rows, why(rows));
  std::vector<std::string> out;
  for (const auto& row : *rows)
    out.push_back(row.thread());
  return out;
}

} // namespace

TEST_CASE("a registered account is found by name and by id, with its devices") {
  open_store one;
  feeder feed(one);
  const auto ann = make_user_id("ann", 5);
  device_id phone;
  phone.bytes = make_uuid_v4();
  const auto shard = shard_of_user(ann, *one.where);
  state::Record registered;
  registered.mutable_account_registered()->set_user(ann.value);
  registered.mutable_account_registered()->mutable_account()->set_name("ann");
  feed.put(shard, registered);
  state::Record device;
  device.mutable_device_changed()->set_user(ann.value);
  device.mutable_device_changed()->set_device(std::string{phone.view()});
  device.mutable_device_changed()->mutable_row()->set_token_hash("secret");
  feed.put(shard, device);

  account_reader accounts(*one.where);
  const auto found = accounts.by_name("ann");
  REQUIRE_MESSAGE(found, why(found));
  REQUIRE(*found);
  CHECK((*found)->first == ann);
  CHECK((*found)->second.name() == "ann");
  CHECK((*accounts.account(ann))->name() == "ann");
  CHECK((*accounts.device(ann, phone))->token_hash() == "secret");
  CHECK(!*accounts.by_name("bob"));
  CHECK(!*accounts.by_name("Not a name at all, and far too long to be one"));
  CHECK(!*accounts.account(user_id{ann.value + 1}));
  CHECK(!*accounts.device(ann, device_id{}));

  device.mutable_device_changed()->mutable_row()->clear_token_hash();
  feed.put(shard, device);
  CHECK((*accounts.device(ann, phone))->token_hash().empty());
}

TEST_CASE("an inbox lists threads newest first, pages, and tells what changed") {
  open_store one;
  feeder feed(one);
  const user_id ann = make_user_id("ann", 5);
  const auto shard = shard_of_user(ann, *one.where);
  std::vector<thread_id> threads;
  for (std::uint64_t peer = 1; peer <= 5; ++peer)
    threads.push_back(thread_id::direct(ann, user_id{peer}));
  const auto text = [&](std::size_t i) { return to_bytes(threads[i]); };

  inbox_reader inbox(*one.where);
  CHECK(*inbox.version(ann) == inbox_version{});
  CHECK(inbox.newest(ann, std::nullopt, 10)->empty());

  // Two of the five have their activity at the same time.
  const std::uint64_t times[] = {100, 300, 200, 300, 50};
  for (std::size_t i = 0; i < 5; ++i) {
    state::Record record;
    record.mutable_inbox_changed()->set_user(ann.value);
    record.mutable_inbox_changed()->set_version(i + 1);
    *record.mutable_inbox_changed()->add_rows() = inbox_row(threads[i], times[i], i + 1);
    feed.put(shard, record);
  }
  CHECK(*inbox.version(ann) == inbox_version{5});
  const std::vector<std::string> order{text(1), text(3), text(2), text(0), text(4)};
  CHECK(threads_of(inbox.newest(ann, std::nullopt, 10)) == order);

  // Page by page, each below the last of the one before.
  std::vector<std::string> paged;
  std::optional<inbox_position> below;
  for (auto page = inbox.newest(ann, below, 2); !page->empty();
       page = inbox.newest(ann, below, 2)) {
    for (const auto& row : *page) {
      paged.push_back(row.thread());
      below = inbox_position{time_ms{row.last_time_ms()}, *thread_from_bytes(row.thread())};
    }
  }
  CHECK(paged == order);

  // The oldest becomes the newest; its old places in both indexes are gone.
  state::Record record;
  record.mutable_inbox_changed()->set_user(ann.value);
  record.mutable_inbox_changed()->set_version(6);
  auto row = inbox_row(threads[4], 400, 6);
  row.set_previous_time_ms(50);
  row.set_previous_version(5);
  *record.mutable_inbox_changed()->add_rows() = row;
  feed.put(shard, record);
  CHECK(threads_of(inbox.newest(ann, std::nullopt, 10)) ==
        std::vector<std::string>{text(4), text(1), text(3), text(2), text(0)});
  CHECK(threads_of(inbox.changed_since(ann, inbox_version{3}, 10)) ==
        std::vector<std::string>{text(3), text(4)});
  CHECK(threads_of(inbox.changed_since(ann, inbox_version{0}, 2)) ==
        std::vector<std::string>{text(0), text(1)});
  CHECK(inbox.changed_since(ann, inbox_version{6}, 10)->empty());
  CHECK((*inbox.row(ann, threads[4]))->last_time_ms() == 400);
  CHECK(!*inbox.row(ann, thread_id::direct(ann, user_id{99})));
  // Another user's inbox is another's.
  CHECK(inbox.newest(user_id{ann.value + 1}, std::nullopt, 10)->empty());
}

TEST_CASE("an inbox row that changes without moving stays where it is") {
  open_store one;
  feeder feed(one);
  const user_id ann = make_user_id("ann", 5);
  const auto thread = thread_id::direct(ann, user_id{1});
  for (const std::uint64_t version : {1u, 2u}) {
    state::Record record;
    record.mutable_inbox_changed()->set_user(ann.value);
    record.mutable_inbox_changed()->set_version(version);
    auto row = inbox_row(thread, 100, version);
    row.set_previous_time_ms(version == 1 ? 0 : 100);
    row.set_previous_version(version - 1);
    *record.mutable_inbox_changed()->add_rows() = row;
    feed.put(shard_of_user(ann, *one.where), record);
  }
  CHECK(inbox_reader(*one.where).newest(ann, std::nullopt, 10)->size() == 1);
  CHECK(inbox_reader(*one.where).changed_since(ann, inbox_version{}, 10)->size() == 1);
}

TEST_CASE("a thread's head has its members, and cursors only move forward") {
  open_store one;
  feeder feed(one);
  const auto in = between(user_id{1}, user_id{2}, *one.where);
  thread_reader threads(*one.where);
  CHECK(!*threads.head(in.thread));
  feed.put(in, make_event(in, sequence{1}, time_ms{500}, "a"));
  feed.put(in, make_event(in, sequence{2}, time_ms{600}, "b"));
  const auto move = [&](std::uint64_t read, std::uint64_t delivered) {
    state::Record record;
    record.mutable_cursors_moved()->set_thread(to_bytes(in.thread));
    auto* cursor = record.mutable_cursors_moved()->add_cursors();
    cursor->set_user(2);
    cursor->set_read_seq(read);
    cursor->set_delivered_seq(delivered);
    feed.put(in.shard, record);
  };
  const auto check = [&](std::uint64_t read, std::uint64_t delivered) {
    const auto head = threads.head(in.thread);
    REQUIRE_MESSAGE(head, why(head));
    REQUIRE(*head);
    CHECK((*head)->last_seq() == 2);
    CHECK((*head)->last_ordinal() == 2);
    CHECK((*head)->last_time_ms() == 600);
    CHECK((*head)->created_ms() == 500);
    REQUIRE((*head)->members_size() == 2);
    CHECK((*head)->members(0).user() == 1);
    CHECK((*head)->members(0).read_seq() == 0);
    CHECK((*head)->members(1).user() == 2);
    CHECK((*head)->members(1).name() == "user-2");
    CHECK((*head)->members(1).read_seq() == read);
    CHECK((*head)->members(1).delivered_seq() == delivered);
  };
  check(0, 0);
  move(1, 2);
  check(1, 2);
  // Flushed in between, so that what is merged lies in memory and in a table.
  REQUIRE(one.where->flush());
  move(2, 1);
  check(2, 2);
  move(0, 0);
  check(2, 2);
  REQUIRE(one.where->flush());
  check(2, 2);
  REQUIRE(one.where->raw()
              .db->CompactRange({}, one.where->raw()[family::threads], nullptr, nullptr)
              .ok());
  check(2, 2);
}

TEST_CASE("pages of events go up and down, end by number and by size, and never end empty") {
  open_store one;
  feeder feed(one);
  const auto in = between(user_id{1}, user_id{2}, *one.where);
  for (std::uint64_t i = 1; i <= 10; ++i)
    feed.put(in, make_event(in, sequence{i}, time_ms{i}, std::string(100, 'x')));
  thread_reader threads(*one.where);
  const auto seqs = [&](const event_range& range) {
    const auto page = threads.events(in.thread, range);
    REQUIRE_MESSAGE(page, why(page));
    std::vector<std::uint64_t> out;
    for (const auto& event : *page)
      out.push_back(event.seq.value);
    return out;
  };
  using list = std::vector<std::uint64_t>;
  CHECK(seqs({.after = sequence{0}, .limit = 3}) == list{1, 2, 3});
  CHECK(seqs({.after = sequence{8}}) == list{9, 10});
  CHECK(seqs({.after = sequence{10}}).empty());
  CHECK(seqs({.after = sequence{500}}).empty());
  CHECK(seqs({.before = sequence{4}, .limit = 2}) == list{2, 3});
  CHECK(seqs({.before = sequence{11}, .limit = 2}) == list{9, 10});
  CHECK(seqs({.before = sequence{500}, .limit = 2}) == list{9, 10});
  CHECK(seqs({.before = sequence{1}}).empty());
  CHECK(seqs({.before = sequence{0}}).empty());
  CHECK(seqs({.limit = 2}) == list{9, 10});
  CHECK(seqs({.after = sequence{0}, .limit = 0}).empty());
  CHECK(seqs({.after = sequence{0}, .bytes_max = 1}) == list{1});
  CHECK(seqs({.after = sequence{0}, .bytes_max = 400}).size() == 2);
  CHECK(seqs({.before = sequence{11}, .bytes_max = 1}) == list{10});
  CHECK(threads.events(between(user_id{1}, user_id{3}, *one.where).thread, {.after = sequence{0}})
            ->empty());
}

TEST_CASE("ordinals are those of the events, and the head's at the end and beyond") {
  open_store one;
  feeder feed(one);
  const auto in = between(user_id{1}, user_id{2}, *one.where);
  thread_reader threads(*one.where);
  CHECK(*threads.ordinal_at(in.thread, sequence{3}) == ordinal{});
  for (std::uint64_t i = 1; i <= 3; ++i)
    feed.put(in, make_event(in, sequence{i}, time_ms{i}, "x"));
  CHECK(*threads.ordinal_at(in.thread, sequence{0}) == ordinal{0});
  CHECK(*threads.ordinal_at(in.thread, sequence{2}) == ordinal{2});
  CHECK(*threads.ordinal_at(in.thread, sequence{3}) == ordinal{3});
  CHECK(*threads.ordinal_at(in.thread, sequence{9}) == ordinal{3});
}

TEST_CASE("operations are remembered by device, the newest first to be found") {
  open_store one;
  feeder feed(one);
  auto in = between(user_id{1}, user_id{2}, *one.where);
  const auto first = make_event(in, sequence{1}, time_ms{1'700'000'000'000}, "a");
  const auto second = make_event(in, sequence{2}, time_ms{1'700'000'000'000}, "b");
  const auto phone = in.device;
  in.device.bytes = make_uuid_v4();
  const auto other = make_event(in, sequence{3}, time_ms{1'700'000'000'000}, "c");
  for (const auto& event : {first, second, other})
    feed.put(in, event);
  thread_reader threads(*one.where);
  const auto newest = threads.newest_operation(in.thread, phone);
  REQUIRE_MESSAGE(newest, why(newest));
  REQUIRE(*newest);
  CHECK((*newest)->op == second.op);
  CHECK((*newest)->seq == sequence{2});
  CHECK((*newest)->payload_hash == second.payload_hash);
  const auto known = threads.operation(in.thread, phone, first.op);
  REQUIRE(known);
  REQUIRE(*known);
  CHECK((*known)->seq == sequence{1});
  CHECK(!*threads.operation(in.thread, in.device, first.op));
  CHECK(!*threads.operation(in.thread, phone, other.op));
  CHECK(!*threads.newest_operation(in.thread, device_id{}));
}

TEST_CASE("compactions forget operations beyond the window and its slack, and none before") {
  open_store one;
  feeder feed(one);
  const auto in = between(user_id{1}, user_id{2}, *one.where);
  const std::uint64_t start = 1'700'000'000'000;
  const auto old = make_event(in, sequence{1}, time_ms{start}, "a");
  const auto young = make_event(in, sequence{2}, time_ms{start + 1000}, "b");
  feed.put(in, old);
  feed.put(in, young);
  const auto& at = one.where->raw();
  const auto compact = [&] {
    rocksdb::CompactRangeOptions how;
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    REQUIRE(at.db->CompactRange(how, at[family::dedup], nullptr, nullptr).ok());
  };
  thread_reader threads(*one.where);
  compact();
  CHECK(*threads.operation(in.thread, in.device, old.op));

  // The op ids of this process may be ahead of the asked time: measure from the old one's own.
  const auto made = time_of(old.op)->value;
  const auto kept = static_cast<std::uint64_t>((operation_window + operation_slack).count());
  CHECK(operation_slack >= std::chrono::hours(1));
  const auto edge = make_event(in, sequence{3}, time_ms{made + kept}, "c");
  feed.put(in, edge);
  compact();
  CHECK(*threads.operation(in.thread, in.device, old.op));
  const auto beyond = make_event(in, sequence{4}, time_ms{made + kept + 1}, "d");
  feed.put(in, beyond);
  compact();
  CHECK(!*threads.operation(in.thread, in.device, old.op));
  CHECK(*threads.operation(in.thread, in.device, edge.op));
  CHECK(*threads.operation(in.thread, in.device, beyond.op));
}

TEST_CASE("the log time of a shard is that of its newest event, of whichever thread") {
  open_store one;
  feeder feed(one);
  const auto in = between(user_id{1}, user_id{2}, *one.where);
  const auto where = slot_of(in.thread);
  CHECK(one.where->log_time(where) == time_ms{});
  feed.put(in, make_event(in, sequence{1}, time_ms{5'000}, "a"));
  feed.put(in, make_event(in, sequence{2}, time_ms{4'000}, "b"));
  CHECK(one.where->log_time(where) == time_ms{5'000});
  const slot elsewhere{static_cast<std::uint16_t>(where.value ^ 0x8000)};
  CHECK(one.where->log_time(elsewhere) == time_ms{});
}

TEST_CASE("applying what was applied changes nothing, and a gap is refused") {
  open_store one;
  chat_load load(3, one.where->shard_count(), 1);
  const auto what = load.next(30);
  const auto more = load.next(30);
  REQUIRE(one.append_and_apply(what));
  REQUIRE(append(*one.writer, more));
  REQUIRE(one.applier->apply(what));
  const auto& event = std::get<event_record>(what.back().what);
  const auto head = thread_reader(*one.where).head(event.thread);
  REQUIRE(head);
  CHECK((*head)->last_seq() == event.seq.value);

  // Without the first entry of some shard, the second one cannot be applied; nothing is.
  auto gap = more;
  const auto shard = gap.front().shard;
  gap.erase(gap.begin());
  const auto refused = one.applier->apply(gap);
  REQUIRE(!refused);
  CHECK(refused.failure().code == errc::corrupt);
  const auto before = one.position(shard).applied;
  REQUIRE(one.applier->apply(more));
  CHECK(one.position(shard).applied > before);
}

TEST_CASE("a record of an unknown kind is refused as corrupt") {
  open_store one;
  REQUIRE(append(*one.writer, {make_entry(shard_id{1}, log_index{1}, {})}));
  const auto read = one.log->read(shard_id{1}, log_index{1}, 1);
  REQUIRE(read);
  const auto refused = one.applier->apply(*read);
  REQUIRE(!refused);
  CHECK(refused.failure().code == errc::corrupt);
}

TEST_CASE("relayed touches move a shard's relayed index") {
  open_store one;
  feeder feed(one);
  state::Record record;
  record.mutable_touches_relayed()->set_upto(17);
  feed.put(shard_id{4}, record);
  CHECK(one.position(shard_id{4}).relayed == log_index{17});
  one.reopen();
  CHECK(one.position(shard_id{4}).relayed == log_index{17});
  CHECK(one.position(shard_id{4}).applied == log_index{1});
}

} // namespace weft::testing
