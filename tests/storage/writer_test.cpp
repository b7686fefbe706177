// Appending: order, durability, and what happens when the disk refuses.
#include "storage/rocks.hpp"
#include "tests/storage/fixture.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace weft::testing {
namespace {

using namespace weft::storage;

entries some_of(open_store& one, std::size_t count, std::uint64_t seed = 1) {
  return chat_load(5, one.where->shard_count(), seed).next(count);
}

/// Whether no shard's log holds anything.
bool is_empty(const open_store& one) {
  const auto positions = one.log->positions();
  REQUIRE(positions);
  return std::all_of(positions->begin(), positions->end(), [](const shard_position& at) {
    return at.last == log_index{} && at.first == log_index{1};
  });
}

state::Record epoch_record(std::uint32_t epoch) {
  state::Record out;
  out.mutable_epoch_started()->set_epoch(epoch);
  return out;
}

} // namespace

TEST_CASE("what was appended is read back as it was") {
  open_store one;
  const auto shard = shard_id{3};
  conversation in;
  in.thread = thread_id::direct(user_id{11}, user_id{12});
  in.lower = user_id{11};
  in.upper = user_id{12};
  in.device.bytes = make_uuid_v4();
  entries what{make_entry(shard, log_index{1}, epoch_record(4))};
  what.push_back(what.front());
  what.back().index = log_index{2};
  what.back().epoch = epoch{4};
  const auto event = make_event(in, sequence{1}, time_ms{99}, "hello");
  what.back().what = event;
  REQUIRE(append(*one.writer, what));

  for (const bool reopened : {false, true}) {
    if (reopened)
      one.reopen();
    const auto back = one.log->read(shard, log_index{1}, 10);
    REQUIRE_MESSAGE(back, why(back));
    REQUIRE(back->size() == 2);
    CHECK((*back)[0].epoch == epoch{1});
    CHECK(std::get<state::Record>((*back)[0].what).epoch_started().epoch() == 4);
    CHECK((*back)[1].shard == shard);
    CHECK((*back)[1].index == log_index{2});
    CHECK((*back)[1].epoch == epoch{4});
    const auto& read = std::get<event_record>((*back)[1].what);
    CHECK(read.thread == event.thread);
    CHECK(read.seq == event.seq);
    CHECK(read.ordinal == event.ordinal);
    CHECK(read.time == event.time);
    CHECK(read.from == event.from);
    CHECK(read.device == event.device);
    CHECK(read.op == event.op);
    CHECK(read.payload_hash == event.payload_hash);
    CHECK(*read.bytes == *event.bytes);
    REQUIRE(read.opening.size() == 2);
    CHECK(read.opening[1].name() == event.opening[1].name());
  }
}

TEST_CASE("a read begins where asked, ends at its limit, and is empty beyond the end") {
  open_store one;
  entries what;
  for (std::uint64_t i = 1; i <= 10; ++i)
    what.push_back(make_entry(shard_id{200}, log_index{i}, epoch_record(1)));
  REQUIRE(append(*one.writer, what));
  const auto middle = one.log->read(shard_id{200}, log_index{4}, 3);
  REQUIRE(middle);
  REQUIRE(middle->size() == 3);
  CHECK(middle->front().index == log_index{4});
  CHECK(one.log->read(shard_id{200}, log_index{11}, 3)->empty());
  CHECK(one.log->read(shard_id{199}, log_index{1}, 3)->empty());
  CHECK(one.log->read(shard_id{201}, log_index{1}, 3)->empty());
}

TEST_CASE("positions tell the ends of every log and the highest epoch") {
  open_store one;
  const auto last = shard_id{one.where->shard_count() - 1};
  append_batch batch;
  batch.entries =
      std::make_shared<const entries>(entries{make_entry(last, log_index{1}, epoch_record(1))});
  batch.hard_states = {{last, epoch{7}}, {shard_id{2}, epoch{9}}};
  REQUIRE(submit_and_wait(*one.writer, batch));
  CHECK(one.position(last).last == log_index{1});
  CHECK(one.position(last).first == log_index{1});
  CHECK(one.position(last).epoch == epoch{7});
  CHECK(one.position(shard_id{2}).epoch == epoch{9});
  CHECK(one.position(shard_id{2}).last == log_index{});
  CHECK(one.position(shard_id{2}).first == log_index{1});
  one.reopen();
  CHECK(one.position(shard_id{2}).epoch == epoch{9});
}

TEST_CASE("everyone is told in the order of submission") {
  open_store one;
  chat_load load(5, one.where->shard_count(), 1);
  std::vector<int> order;
  std::promise<void> all;
  for (int i = 0; i < 100; ++i) {
    one.writer->submit({std::make_shared<const entries>(load.next(3))},
                       [&, i](const result<void>& told) {
                         CHECK(told);
                         order.push_back(i);
                         if (order.size() == 100)
                           all.set_value();
                       });
  }
  all.get_future().wait();
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("an end of the writer finishes what was submitted") {
  open_store one;
  chat_load load(5, one.where->shard_count(), 1);
  std::atomic<int> told{0};
  for (int i = 0; i < 50; ++i)
    one.writer->submit({std::make_shared<const entries>(load.next(3))},
                       [&](const result<void>& done) { told += done ? 1 : 0; });
  one.writer.reset();
  CHECK(told == 50);
}

TEST_CASE("an entry that does not follow its log is refused with all of its submission") {
  open_store one;
  const auto shard = shard_id{5};
  REQUIRE(append(*one.writer, {make_entry(shard, log_index{1}, epoch_record(1))}));
  for (const std::uint64_t wrong : {1u, 3u}) {
    const auto refused =
        append(*one.writer, {make_entry(shard_id{6}, log_index{1}, epoch_record(1)),
                             make_entry(shard, log_index{wrong}, epoch_record(1))});
    REQUIRE(!refused);
    CHECK(refused.failure().code == errc::unavailable);
    CHECK(refused.failure().outcome == outcome::nothing_written);
  }
  CHECK(one.position(shard_id{6}).last == log_index{});
  CHECK(append(*one.writer, {make_entry(shard_id{6}, log_index{1}, epoch_record(1)),
                             make_entry(shard, log_index{2}, epoch_record(1))}));
}

TEST_CASE("without free space appends are refused, leave no trace, and work again with space") {
  open_store one;
  one.close();
  one.place.files->report_free_bytes(1u << 20);
  one.open();
  CHECK(one.where->is_full());
  const auto what = some_of(one, 10);
  const auto refused = append(*one.writer, what);
  REQUIRE(!refused);
  CHECK(refused.failure().code == errc::read_only);
  CHECK(refused.failure().outcome == outcome::nothing_written);
  CHECK(is_empty(one));

  one.place.files->report_free_bytes(1ull << 40);
  one.reopen();
  CHECK(!one.where->is_full());
  CHECK(append(*one.writer, what));
}

TEST_CASE("space is looked up again while the store is open") {
  open_store one;
  const auto what = some_of(one, 10);
  REQUIRE(append(*one.writer, what));
  one.place.files->report_free_bytes(0);
  // Looked up at most once a second: ask until it is noticed.
  while (!one.where->is_full())
    std::this_thread::yield();
  one.place.files->report_free_bytes(1ull << 40);
  while (one.where->is_full())
    std::this_thread::yield();
  CHECK(append(*one.writer, {}));
}

TEST_CASE("a failed sync leaves the outcome unknown and fails the writer for good") {
  open_store one;
  const auto first = some_of(one, 5);
  REQUIRE(append_and_apply(*one.writer, *one.applier, first));
  one.place.files->fail_syncs();
  chat_load load(5, one.where->shard_count(), 1);
  (void)load.next(5);
  const auto in_flight = append(*one.writer, load.next(5));
  REQUIRE(!in_flight);
  CHECK(in_flight.failure().code == errc::read_only);
  CHECK(in_flight.failure().outcome == outcome::unknown_retry_same_id);
  const auto after = append(*one.writer, load.next(5));
  REQUIRE(!after);
  CHECK(after.failure().code == errc::read_only);
  // It may be a retry of what was in flight.
  CHECK(after.failure().outcome == outcome::unknown_retry_same_id);
  // Reads go on.
  const auto& event = std::get<event_record>(first.front().what);
  CHECK(thread_reader(*one.where).head(event.thread));
}

TEST_CASE("a disk that is full after all fails the writer, and reopening mends it") {
  open_store one;
  const auto first = some_of(one, 5);
  REQUIRE(one.append_and_apply(first));
  one.place.files->refuse_writes(rocksdb::IOStatus::NoSpace("No space left on device"));
  chat_load load(5, one.where->shard_count(), 1);
  (void)load.next(5);
  const auto second = load.next(5);
  const auto refused = append(*one.writer, second);
  REQUIRE(!refused);
  CHECK(refused.failure().code == errc::read_only);
  CHECK(refused.failure().outcome == outcome::unknown_retry_same_id);
  CHECK(!append(*one.writer, {}));
  one.close();
  one.place.files->refuse_writes(rocksdb::IOStatus::OK());
  one.open();
  REQUIRE(replay(*one.where));
  REQUIRE(load.resume(*one.where));
  CHECK(append(*one.writer, load.next(5)));
  for (const auto& entry : first) {
    const auto& event = std::get<event_record>(entry.what);
    const auto page = thread_reader(*one.where).events(event.thread, {.after = sequence{}});
    REQUIRE(page);
    CHECK(page->at(event.seq.value - 1).bytes == *event.bytes);
  }
}

TEST_CASE("a cut takes entries back with their events, and others take their places") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 1);
  const auto kept = load.next(3);
  const auto given_up = load.next(4);
  const auto shard = kept.front().shard;
  const auto& thread = load.conversations().front().thread;
  REQUIRE(one.append_and_apply(kept));
  REQUIRE(append(*one.writer, given_up));

  chat_load other = load;
  REQUIRE(other.resume(*one.where));
  auto replacement = other.next(2);
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    replacement[i].index = log_index{4 + i};
    replacement[i].epoch = epoch{2};
  }
  append_batch batch;
  batch.entries = std::make_shared<const entries>(replacement);
  batch.cuts = {{shard, log_index{3}}};
  REQUIRE(submit_and_wait(*one.writer, batch));

  for (const bool reopened : {false, true}) {
    if (reopened)
      one.reopen();
    CHECK(one.position(shard).last == log_index{5});
    CHECK(one.position(shard).epoch == epoch{2});
    const auto log = one.log->read(shard, log_index{1}, 10);
    REQUIRE_MESSAGE(log, why(log));
    REQUIRE(log->size() == 5);
    CHECK(*std::get<event_record>((*log)[3].what).bytes ==
          *std::get<event_record>(replacement[0].what).bytes);
  }
  REQUIRE(replay(*one.where));
  CHECK(thread_reader(*one.where).events(thread, {.after = sequence{}})->size() == 5);
  // The events beyond the new end left no rows behind.
  std::size_t rows = 0;
  prefix_scan all(one.where->raw(), family::messages, thread_prefix(thread).view());
  for (all->SeekToFirst(); all->Valid(); all->Next())
    ++rows;
  CHECK(rows == 5);
}

TEST_CASE("what was applied is never cut") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 1);
  const auto what = load.next(3);
  REQUIRE(one.append_and_apply(what));
  append_batch batch;
  batch.cuts = {{what.front().shard, log_index{2}}};
  const auto refused = submit_and_wait(*one.writer, batch);
  REQUIRE(!refused);
  CHECK(refused.failure().code == errc::bad_request);
  CHECK(refused.failure().outcome == outcome::nothing_written);
  CHECK(one.position(what.front().shard).last == log_index{3});
  CHECK(append(*one.writer, load.next(1)));
}

TEST_CASE("after a failed append of the log the store cannot be flushed and closes in order") {
  open_store one;
  chat_load load(5, one.where->shard_count(), 1);
  const auto first = load.next(5);
  REQUIRE(one.append_and_apply(first));
  one.place.files->refuse_log_appends(rocksdb::IOStatus::NoSpace("No space left on device"));
  REQUIRE(!append(*one.writer, load.next(5)));
  const auto flushed = one.where->flush();
  REQUIRE(!flushed);
  CHECK(flushed.failure().code == errc::read_only);
  one.close();
  one.place.files->refuse_log_appends(rocksdb::IOStatus::OK());
  one.open();
  const auto replayed = replay(*one.where);
  REQUIRE_MESSAGE(replayed, why(replayed));
  for (const auto& entry : first) {
    const auto& event = std::get<event_record>(entry.what);
    const auto page = thread_reader(*one.where).events(event.thread, {.after = sequence{}});
    REQUIRE(page);
    CHECK(page->at(event.seq.value - 1).bytes == *event.bytes);
  }
}

TEST_CASE("a log whose sync fails while a flush needs it costs neither the process nor its reads") {
  // RocksDB, as Debian builds it, asserts that nobody uses a log after an error.
  open_store one;
  chat_load load(5, one.where->shard_count(), 1);
  const auto first = load.next(5);
  REQUIRE(one.append_and_apply(first));
  one.place.files->hold_syncs();
  // The flush closes a log that is not synced yet, as one between the writer's write and its sync,
  // and syncs it; the writer's next sync waits for that log too.
  const auto& at = one.where->raw();
  REQUIRE(at.db->Put({}, at[family::meta], "not synced", "").ok());
  auto flushed = std::async(std::launch::async, [&one] { return one.where->flush(); });
  one.place.files->await_held_sync();
  const auto before = at.db->GetLatestSequenceNumber();
  std::promise<result<void>> told;
  one.writer->submit({std::make_shared<const entries>(load.next(5))},
                     [&told](const result<void>& done) { told.set_value(done); });
  while (at.db->GetLatestSequenceNumber() == before)
    std::this_thread::yield();
  one.place.files->fail_syncs();
  one.place.files->release_syncs();
  const auto answer = told.get_future().get();
  REQUIRE(!answer);
  CHECK(answer.failure().outcome == outcome::unknown_retry_same_id);
  CHECK(!flushed.get());
  CHECK(!append(*one.writer, load.next(5)));

  // What is synced may still be applied, and read.
  const auto& event = std::get<event_record>(first.back().what);
  CHECK(*thread_reader(*one.where).head(event.thread));
  one.close();
  const auto again = store::open({.directory = one.place.path});
  REQUIRE_MESSAGE(again, why(again));
  const auto replayed = replay(**again);
  REQUIRE_MESSAGE(replayed, why(replayed));
  CHECK(*thread_reader(**again).head(event.thread));
}

TEST_CASE("trimming forgets what was applied and flushed, and keeps the last such entry") {
  open_store one;
  const auto shard = shard_id{9};
  entries what;
  for (std::uint64_t i = 1; i <= 10; ++i)
    what.push_back(make_entry(shard, log_index{i}, epoch_record(1)));
  REQUIRE(one.append_and_apply({what.begin(), what.begin() + 6}));
  REQUIRE(append(*one.writer, {what.begin() + 6, what.end()}));

  // Applied, and not flushed yet: the log would have to bring it back.
  REQUIRE(one.log->trim(shard, log_index{10}));
  CHECK(one.position(shard).first == log_index{1});

  REQUIRE(one.where->flush());
  REQUIRE(one.log->trim(shard, log_index{3}));
  CHECK(one.position(shard).first == log_index{4});
  REQUIRE(one.log->trim(shard, log_index{100}));
  CHECK(one.position(shard).first == log_index{6});
  CHECK(one.position(shard).last == log_index{10});
  const auto gone = one.log->read(shard, log_index{2}, 5);
  REQUIRE(!gone);
  CHECK(gone.failure().code == errc::not_found);
  CHECK(one.log->read(shard, log_index{6}, 50)->size() == 5);

  one.reopen();
  CHECK(one.position(shard).first == log_index{6});
  CHECK(one.position(shard).applied == log_index{6});
  const auto replayed = replay(*one.where);
  REQUIRE_MESSAGE(replayed, why(replayed));
  CHECK(*replayed == 4);
}

} // namespace weft::testing
