// Flipped bytes: reported as corrupt, never returned.
#include "storage/rocks.hpp"
#include "storage/wal_tail.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/seed.hpp"

#include <fstream>

namespace weft::testing {
namespace {

using namespace weft::storage;

std::vector<std::filesystem::path> files_with(const std::filesystem::path& directory,
                                              const std::string& extension) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == extension && entry.file_size() > 0)
      out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void flip(const std::filesystem::path& path, std::size_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

/// Copies a store in use, so that its write-ahead log stays as it is.
std::filesystem::path copy_of(const open_store& one, const temporary_directory& into,
                              const std::string& name) {
  const auto copy = into.path() / name;
  copy_in_use(one.place.path, copy);
  return copy;
}

/// Reads every log and every thread. Anything but the truth must be an error.
std::optional<error> read_all(store& where, const entries& truth) {
  if (auto replayed = replay(where); !replayed)
    return replayed.failure();
  for (const auto& entry : truth) {
    const auto& event = std::get<event_record>(entry.what);
    const auto read = shard_log(where).read(entry.shard, entry.index, 1);
    if (!read)
      return read.failure();
    REQUIRE(read->size() == 1);
    REQUIRE(*std::get<event_record>(read->front().what).bytes == *event.bytes);
    const auto page = thread_reader(where).events(
        event.thread, {.after = sequence{event.seq.value - 1}, .limit = 1});
    if (!page)
      return page.failure();
    REQUIRE(page->size() == 1);
    REQUIRE(page->front().bytes == *event.bytes);
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("a flipped byte in the write-ahead log before its last record is refused as corrupt") {
  auto random = seeded_random();
  open_store one;
  chat_load load(5, one.where->shard_count(), 3);
  entries truth;
  for (int i = 0; i < 30; ++i) {
    const auto some = load.next(2);
    REQUIRE(append(*one.writer, some));
    truth.insert(truth.end(), some.begin(), some.end());
  }
  const auto logs = files_with(one.place.path / "db", ".log");
  REQUIRE(logs.size() == 1);
  const auto before_last = std::filesystem::file_size(logs.front());
  REQUIRE(append(*one.writer, load.next(1)));
  temporary_directory elsewhere;
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const auto copy = copy_of(one, elsewhere, std::to_string(i));
    const auto at = random() % before_last;
    CAPTURE(at);
    flip(copy / "db" / logs.front().filename(), at);
    const auto opened = store::open({.directory = copy});
    // The few bytes that fill a block up say nothing.
    if (opened) {
      CHECK(!read_all(**opened, truth));
      continue;
    }
    ++refused;
    CHECK(opened.failure().code == errc::corrupt);
    CHECK(opened.failure().message.find("backup") != std::string::npos);
    CHECK(opened.failure().message.find('\n') == std::string::npos);
  }
  CHECK(refused > 30);
}

TEST_CASE("a flipped byte in a table of log or message rows is reported, never returned") {
  auto random = seeded_random();
  open_store one;
  chat_load load(5, one.where->shard_count(), 3);
  entries truth;
  for (int i = 0; i < 20; ++i) {
    const auto some = load.next(5);
    REQUIRE(one.append_and_apply(some));
    truth.insert(truth.end(), some.begin(), some.end());
  }
  REQUIRE(one.where->flush());
  one.close();
  std::size_t reported = 0;
  for (int i = 0; i < 60; ++i) {
    temporary_directory elsewhere;
    const auto copy = copy_of(one, elsewhere, "store");
    const auto tables = files_with(copy / "db", ".sst");
    REQUIRE(!tables.empty());
    const auto& table = tables[random() % tables.size()];
    const auto at = random() % std::filesystem::file_size(table);
    CAPTURE(table.string());
    CAPTURE(at);
    flip(table, at);
    const auto opened = store::open({.directory = copy});
    const auto failure = opened ? read_all(**opened, truth) : opened.failure();
    if (!failure)
      continue;
    ++reported;
    CHECK(failure->code == errc::corrupt);
  }
  // Some bytes are never needed, such as those of a filter; most are.
  CHECK(reported > 0);
}

TEST_CASE("a row that was changed behind RocksDB's checksums fails its own") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 3);
  const auto what = load.next(3);
  REQUIRE(one.append_and_apply(what));
  const auto& at = one.where->raw();
  const auto shard = what[1].shard;
  const auto& event = std::get<event_record>(what[1].what);
  const auto change = [&](family where, std::string_view key) {
    auto value = get(at, where, key);
    REQUIRE(value);
    REQUIRE(*value);
    (**value)[(*value)->size() / 2] = static_cast<char>((**value)[(*value)->size() / 2] ^ 1);
    REQUIRE(at.db->Put({}, at[where], key, **value).ok());
  };
  SUBCASE("the message row") {
    change(family::messages, message_key(event.thread, event.seq).view());
  }
  SUBCASE("the log row") {
    change(family::log,
           log_key(first_slot_of(shard, one.where->shard_count()), what[1].index).view());
  }
  SUBCASE("the message row, gone") {
    REQUIRE(
        at.db->Delete({}, at[family::messages], message_key(event.thread, event.seq).view()).ok());
  }
  SUBCASE("the log row, gone") {
    REQUIRE(
        at.db
            ->Delete({}, at[family::log],
                     log_key(first_slot_of(shard, one.where->shard_count()), what[1].index).view())
            .ok());
  }
  const auto read = one.log->read(shard, log_index{1}, 10);
  REQUIRE(!read);
  CHECK(read.failure().code == errc::corrupt);
}

TEST_CASE("a missing event of a thread is damage, not a shorter page, wherever it was") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 3);
  const auto what = load.next(5);
  REQUIRE(one.append_and_apply(what));
  const auto& at = one.where->raw();
  const auto& thread = load.conversations().front().thread;
  sequence missing;
  SUBCASE("the oldest") {
    missing = sequence{1};
  }
  SUBCASE("in the middle") {
    missing = sequence{3};
  }
  SUBCASE("the newest") {
    missing = sequence{5};
  }
  REQUIRE(at.db->Delete({}, at[family::messages], message_key(thread, missing).view()).ok());
  for (const auto& range : {event_range{.after = sequence{}}, event_range{.before = sequence{6}}}) {
    const auto page = thread_reader(*one.where).events(thread, range);
    REQUIRE(!page);
    CHECK(page.failure().code == errc::corrupt);
  }
}

TEST_CASE("a log that ends below what was applied is refused as corrupt") {
  open_store one;
  chat_load load(1, one.where->shard_count(), 3);
  const auto what = load.next(5);
  REQUIRE(one.append_and_apply(what));
  const auto& at = one.where->raw();
  const auto first = first_slot_of(what.front().shard, one.where->shard_count());
  SUBCASE("its end is missing") {
    REQUIRE(at.db->Delete({}, at[family::log], log_key(first, log_index{5}).view()).ok());
  }
  SUBCASE("all of it is missing") {
    REQUIRE(at.db
                ->DeleteRange({}, at[family::log], key_buffer{}.number(first.value).view(),
                              log_key(first, log_index{6}).view())
                .ok());
  }
  const auto positions = one.log->positions();
  REQUIRE(!positions);
  CHECK(positions.failure().code == errc::corrupt);
  CHECK(positions.failure().message.find("backup") != std::string::npos);
}

TEST_CASE("a write-ahead log that was cut behind what was acknowledged is refused as corrupt") {
  open_store one;
  chat_load load(5, one.where->shard_count(), 3);
  REQUIRE(append(*one.writer, load.next(20)));
  const auto logs = files_with(one.place.path / "db", ".log");
  REQUIRE(logs.size() == 1);
  const auto after_first = std::filesystem::file_size(logs.front());
  REQUIRE(append(*one.writer, load.next(20)));
  temporary_directory elsewhere;
  const auto copy = copy_of(one, elsewhere, "store");
  const auto log = copy / "db" / logs.front().filename();
  SUBCASE("between two records") {
    std::filesystem::resize_file(log, after_first);
  }
  SUBCASE("within the last record") {
    std::filesystem::resize_file(log, after_first + 100);
  }
  SUBCASE("by a flipped byte in its last record") {
    flip(log, after_first + 100);
  }
  SUBCASE("altogether") {
    std::filesystem::remove(log);
  }
  const auto opened = store::open({.directory = copy});
  REQUIRE(!opened);
  CHECK(opened.failure().code == errc::corrupt);
  CHECK(opened.failure().message.find("backup") != std::string::npos);
}

TEST_CASE("only the last record of the write-ahead log is cut when it is torn") {
  open_store one;
  chat_load load(5, one.where->shard_count(), 3);
  REQUIRE(append(*one.writer, load.next(20)));
  const auto logs = files_with(one.place.path / "db", ".log");
  REQUIRE(logs.size() == 1);
  const auto whole = std::filesystem::file_size(logs.front());
  REQUIRE(append(*one.writer, load.next(20)));
  temporary_directory elsewhere;
  const auto copy = copy_of(one, elsewhere, "store");
  const auto log = copy / "db" / logs.front().filename();
  auto& files = *rocksdb::FileSystem::Default();
  const auto database = (copy / "db").string();

  const auto intact = cut_torn_tail(files, database);
  REQUIRE(intact);
  CHECK(*intact == tail_repair::none);
  flip(log, whole + 20);
  const auto torn = cut_torn_tail(files, database);
  REQUIRE(torn);
  CHECK(*torn == tail_repair::cut);
  CHECK(std::filesystem::file_size(log) == whole);
  CHECK(contents(log) == contents(logs.front()).substr(0, whole));
}

} // namespace weft::testing
