// Ends without a clean close: killed processes and copies of a store in use.
#include "storage/proto/event.pb.h"
#include "tests/storage/child.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/seed.hpp"

#include <charconv>

namespace weft::testing {
namespace {

using namespace weft::storage;

/// What a killed process had acknowledged, decided again.
entries decided_again(std::uint64_t seed, std::uint32_t shard_count, std::size_t count) {
  chat_load load(crash_conversations, shard_count, seed);
  entries out;
  for (std::size_t batch = 1; out.size() < count; ++batch) {
    const auto some = load.next(crash_batch(batch));
    out.insert(out.end(), some.begin(), some.end());
  }
  out.resize(count);
  return out;
}

std::string body_of(std::string_view bytes) {
  Event event;
  REQUIRE(event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return event.message().body();
}

void check_holds(const store& where, const entries& what) {
  thread_reader threads(where);
  for (const auto& entry : what) {
    const auto& event = std::get<event_record>(entry.what);
    const auto page =
        threads.events(event.thread, {.after = sequence{event.seq.value - 1}, .limit = 1});
    REQUIRE_MESSAGE(page, why(page));
    REQUIRE(page->size() == 1);
    REQUIRE(body_of(page->front().bytes) == body_of(*event.bytes));
  }
}

std::size_t number_in(const std::string& line) {
  std::size_t out = 0;
  std::from_chars(line.data(), line.data() + line.size(), out);
  return out;
}

} // namespace

TEST_CASE("a killed process leaves everything that it acknowledged, applied again once") {
  auto random = seeded_random();
  for (int round = 0; round < 4; ++round) {
    temporary_directory directory;
    const auto seed = random() % 1'000'000;
    child_process child({"append", directory.path().string(), std::to_string(seed)});
    const auto enough = 20 + random() % 200;
    std::size_t acknowledged = 0;
    while (acknowledged < enough) {
      const auto line = child.read_line();
      REQUIRE_MESSAGE(!line.empty(), "the child ended by itself");
      acknowledged = number_in(line);
    }
    child.kill();
    for (auto line = child.read_line(); !line.empty(); line = child.read_line())
      acknowledged = std::max(acknowledged, number_in(line));

    const auto opened = store::open({.directory = directory.path()});
    REQUIRE_MESSAGE(opened, why(opened));
    const auto replayed = replay(**opened);
    REQUIRE_MESSAGE(replayed, why(replayed));
    check_holds(**opened, decided_again(seed, (*opened)->shard_count(), acknowledged));
    const auto again = replay(**opened);
    REQUIRE(again);
    CHECK(*again == 0);
  }
}

TEST_CASE("a copy of a store in use is a store that crashed at that moment") {
  open_store one;
  chat_load load(10, one.where->shard_count(), 5);
  const auto first = load.next(100);
  const auto second = load.next(100);
  REQUIRE(one.append_and_apply(first));
  REQUIRE(one.where->flush());
  REQUIRE(append(*one.writer, second));
  temporary_directory elsewhere;
  const auto copy = elsewhere.path() / "store";
  copy_in_use(one.place.path, copy);

  const auto opened = store::open({.directory = copy});
  REQUIRE_MESSAGE(opened, why(opened));
  CHECK((*opened)->id() == one.where->id());
  const auto replayed = replay(**opened);
  REQUIRE_MESSAGE(replayed, why(replayed));
  CHECK(*replayed == second.size());
  check_holds(**opened, first);
  check_holds(**opened, second);
}

TEST_CASE("entries that were appended and not applied are not shown to readers") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 5);
  REQUIRE(one.append_and_apply(load.next(3)));
  REQUIRE(append(*one.writer, load.next(4)));
  const auto& thread = load.conversations().front().thread;
  thread_reader threads(*one.where);
  CHECK(threads.events(thread, {.after = sequence{}})->size() == 3);
  CHECK(threads.events(thread, {.before = sequence{100}})->size() == 3);
  CHECK(*threads.ordinal_at(thread, sequence{6}) == ordinal{3});
  one.reopen();
  CHECK(thread_reader(*one.where).events(thread, {.after = sequence{}})->size() == 3);
  REQUIRE(replay(*one.where));
  CHECK(thread_reader(*one.where).events(thread, {.after = sequence{}})->size() == 7);
}

} // namespace weft::testing
