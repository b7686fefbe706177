// Opening, founding and closing a store, and every way in which that can be refused.
#include "storage/format_file.hpp"
#include "tests/storage/child.hpp"
#include "tests/storage/fixture.hpp"

#include <fstream>
#include <iterator>

namespace weft::testing {
namespace {

using namespace weft::storage;

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_contents(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::set<std::string> files_in(const std::filesystem::path& directory) {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    out.insert(entry.path().string());
  return out;
}

/// The error of an attempt to open, whose text must be one line for a person.
error refusal(const store_options& options) {
  const auto opened = store::open(options);
  REQUIRE(!opened);
  CHECK(opened.failure().message.find('\n') == std::string::npos);
  CHECK(opened.failure().outcome == outcome::nothing_written);
  INFO(opened.failure().message);
  return opened.failure();
}

bool says(const error& what, std::string_view text) {
  return what.message.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("opening a directory that does not exist founds a store there") {
  temporary_directory directory;
  const auto path = directory.path() / "a" / "b";
  const auto opened = store::open({.directory = path});
  REQUIRE_MESSAGE(opened, why(opened));
  CHECK((*opened)->id());
  CHECK((*opened)->history_id() != 0);
  CHECK((*opened)->shard_count() == shard_count_default);
  CHECK(!(*opened)->is_full());
}

TEST_CASE("a store keeps its identity, and another store has another") {
  open_store one;
  open_store other;
  const auto id = one.where->id();
  const auto history = one.where->history_id();
  CHECK(other.where->id() != id);
  one.reopen();
  CHECK(one.where->id() == id);
  CHECK(one.where->history_id() == history);
}

TEST_CASE("a store that another process has open is refused as locked") {
  temporary_directory directory;
  child_process holder({"hold", directory.path().string()});
  REQUIRE(holder.read_line() == "open");
  const auto refused = refusal({.directory = directory.path()});
  CHECK(refused.code == errc::locked);
  CHECK(says(refused, "in use by another process"));
  holder.kill();
  CHECK(store::open({.directory = directory.path()}));
}

TEST_CASE("a store that this process has open already is refused as locked") {
  open_store one;
  CHECK(refusal({.directory = one.place.path}).code == errc::locked);
}

TEST_CASE("a store of a newer version is refused before anything is written") {
  store_place place;
  REQUIRE(store::open({.directory = place.path}));
  auto format = parse_format(contents(place.path / "FORMAT"));
  REQUIRE(format);
  format->version = store_version + 1;
  put_contents(place.path / "FORMAT", to_text(*format));
  std::filesystem::remove(place.path / "LOCK");
  const auto before = files_in(place.path);
  place.files->refuse_writes(rocksdb::IOStatus::IOError("nothing may be written"));
  const auto refused = refusal(place.options());
  CHECK(refused.code == errc::newer_version);
  CHECK(says(refused, "run the newer program"));
  CHECK(files_in(place.path) == before);
}

TEST_CASE("a plain file in place of the directory is refused by that name") {
  temporary_directory directory;
  put_contents(directory.path() / "store", "something else");
  const auto refused = refusal({.directory = directory.path() / "store"});
  CHECK(refused.code == errc::io);
  CHECK(says(refused, "is not a directory"));
  CHECK(contents(directory.path() / "store") == "something else");
}

TEST_CASE("a directory that cannot be written is refused with what to do") {
  store_place place;
  SUBCASE("when the store is to be founded") {}
  SUBCASE("when there is a store") {
    REQUIRE(store::open({.directory = place.path}));
  }
  place.files->refuse_writes(rocksdb::IOStatus::IOError("Read-only file system"));
  const auto refused = refusal(place.options());
  CHECK(refused.code == errc::io);
  CHECK(says(refused, "Read-only file system"));
  CHECK(says(refused, "make the directory writable"));
}

TEST_CASE("a full disk refuses a store with what to do") {
  store_place place;
  place.files->refuse_writes(rocksdb::IOStatus::NoSpace("No space left on device"));
  const auto refused = refusal(place.options());
  CHECK(refused.code == errc::read_only);
  CHECK(says(refused, "free some space"));
}

TEST_CASE("a founding that was interrupted anywhere is done afresh") {
  for (std::uint64_t operations = 0;; ++operations) {
    CAPTURE(operations);
    store_place place;
    place.files->cut_power_after(operations);
    const auto founded = [&] {
      const auto first = store::open(place.options());
      return first && !place.files->is_off();
    };
    if (founded())
      break;
    std::mt19937_64 random(operations);
    place.files->lose(unsynced::torn, random);
    const auto second = store::open({.directory = place.path});
    REQUIRE_MESSAGE(second, why(second));
    CHECK((*second)->id());
  }
}

TEST_CASE("a damaged FORMAT file is reported as corrupt") {
  store_place place;
  REQUIRE(store::open({.directory = place.path}));
  const auto good = contents(place.path / "FORMAT");
  for (std::size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    put_contents(place.path / "FORMAT", bad);
    CHECK(refusal({.directory = place.path}).code == errc::corrupt);
  }
  put_contents(place.path / "FORMAT", good);
  CHECK(store::open({.directory = place.path}));
}

TEST_CASE("a database without its FORMAT file, or with another one's, is reported as corrupt") {
  open_store one;
  open_store other;
  one.close();
  other.close();
  SUBCASE("without") {
    std::filesystem::remove(one.place.path / "FORMAT");
  }
  SUBCASE("with another store's") {
    put_contents(one.place.path / "FORMAT", contents(other.place.path / "FORMAT"));
  }
  CHECK(refusal({.directory = one.place.path}).code == errc::corrupt);
}

TEST_CASE("a FORMAT file whose database is gone is reported as corrupt, not founded again") {
  open_store one;
  one.close();
  std::filesystem::remove_all(one.place.path / "db");
  CHECK(refusal({.directory = one.place.path}).code == errc::corrupt);
  CHECK(refusal({.directory = one.place.path}).code == errc::corrupt);
}

TEST_CASE("the mark of a store that was removed by hand does not hinder the next founding") {
  open_store one;
  chat_load load(10, one.where->shard_count(), 1);
  REQUIRE(one.append_and_apply(load.next(200)));
  one.close();
  std::filesystem::remove(one.place.path / "FORMAT");
  std::filesystem::remove_all(one.place.path / "db");
  REQUIRE(std::filesystem::exists(one.place.path / "SYNCED"));
  for (int i = 0; i < 2; ++i) {
    const auto opened = store::open({.directory = one.place.path});
    REQUIRE_MESSAGE(opened, why(opened));
  }
}

TEST_CASE("after a clean close there is nothing to replay") {
  open_store one;
  chat_load load(10, one.where->shard_count(), 1);
  REQUIRE(one.append_and_apply(load.next(200)));
  one.close();
  std::uint64_t logged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(one.place.path / "db")) {
    if (entry.path().extension() == ".log")
      logged += entry.file_size();
  }
  CHECK(logged == 0);
  const auto again = store::open({.directory = one.place.path});
  REQUIRE_MESSAGE(again, why(again));
  const auto replayed = replay(**again);
  REQUIRE(replayed);
  CHECK(*replayed == 0);
}

TEST_CASE("slots are divided into contiguous ranges, whatever the number of shards") {
  for (const std::uint32_t count : {1u, 2u, 3u, 7u, 255u, 256u, 1000u, 65536u}) {
    CAPTURE(count);
    CHECK(shard_of(slot{0}, count) == shard_id{0});
    CHECK(shard_of(slot{65535}, count) == shard_id{count - 1});
    for (std::uint32_t shard = 0; shard < count; ++shard) {
      const auto first = first_slot_of(shard_id{shard}, count);
      REQUIRE(shard_of(first, count) == shard_id{shard});
      if (shard > 0)
        REQUIRE(shard_of(slot{static_cast<std::uint16_t>(first.value - 1)}, count) ==
                shard_id{shard - 1});
    }
  }
}

} // namespace weft::testing
