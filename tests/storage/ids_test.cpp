// Ids, names, hashes and their text forms. See docs/formats/ids.md.
#include "storage/ids.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace weft {
namespace {

std::array<std::uint8_t, 16> bytes_0_to_15() {
  std::array<std::uint8_t, 16> out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(i);
  return out;
}

op_id op_of(const std::array<std::uint8_t, 16>& bytes) {
  op_id out;
  out.bytes = bytes;
  return out;
}

/// A time that no operation id of this process has reached yet.
time_ms unused_time() {
  return time_of(op_of(make_uuid_v7(time_ms{1'700'000'000'000}))).value().next();
}

} // namespace

TEST_CASE("a UUID's text is what it was parsed from, in any case") {
  const auto text = to_uuid_text(bytes_0_to_15());
  CHECK(text == "00010203-0405-0607-0809-0a0b0c0d0e0f");
  CHECK(parse_uuid_text(text) == bytes_0_to_15());
  CHECK(parse_uuid_text("00010203-0405-0607-0809-0A0B0C0D0E0F") == bytes_0_to_15());
}

TEST_CASE("what is not a UUID's text is refused") {
  for (const char* text :
       {"", "00010203-0405-0607-0809-0a0b0c0d0e0", "00010203-0405-0607-0809-0a0b0c0d0e0ff",
        "00010203x0405-0607-0809-0a0b0c0d0e0f", "00010203-0405-0607-0809-0a0b0c0d0e0g",
        "000102030405060708090a0b0c0d0e0f----"})
    CHECK(!parse_uuid_text(text));
}

TEST_CASE("random UUIDs carry their version and differ") {
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto one = make_uuid_v4();
    CHECK((one[6] >> 4) == 4);
    CHECK((one[8] >> 6) == 2);
    seen.insert(one);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("operation ids tell their time and increase strictly, even within one millisecond") {
  const auto now = unused_time();
  auto last = op_of(make_uuid_v7(now));
  CHECK(time_of(last) == now);
  CHECK((last.bytes[8] >> 6) == 2);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const auto next = op_of(make_uuid_v7(time_ms{now.value + i / 1000}));
    CHECK(next > last);
    CHECK(time_of(next) == time_ms{now.value + i / 1000});
    last = next;
  }
}

TEST_CASE("operation ids increase when the clock goes back") {
  const auto now = unused_time();
  const auto before = op_of(make_uuid_v7(now));
  const auto after = op_of(make_uuid_v7(time_ms{now.value - 100}));
  CHECK(after > before);
}

TEST_CASE("operation ids made by several threads are all different") {
  std::vector<std::vector<op_id>> made(4);
  std::vector<std::thread> makers;
  const auto now = unused_time();
  for (auto& mine : made)
    makers.emplace_back([&mine, now] {
      for (int i = 0; i < 2000; ++i)
        mine.push_back(op_of(make_uuid_v7(now)));
    });
  for (auto& maker : makers)
    maker.join();
  std::unordered_set<op_id> all;
  for (const auto& mine : made)
    all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 8000);
}

TEST_CASE("an id that is no UUIDv7 has no time") {
  CHECK(!time_of(op_of(make_uuid_v4())));
  CHECK(!time_of(op_id{}));
}

TEST_CASE("a direct thread has one id whoever names it") {
  const user_id ann{7};
  const user_id bob{3};
  const auto thread = thread_id::direct(ann, bob);
  CHECK(thread == thread_id::direct(bob, ann));
  CHECK(thread.lower_user() == bob);
  CHECK(thread.upper_user() == ann);
  CHECK(thread.peer_of(ann) == bob);
  CHECK(thread.peer_of(bob) == ann);
  CHECK(thread.names_user(ann));
  CHECK(!thread.names_user(user_id{5}));
  CHECK(thread_id::direct(ann, ann).peer_of(ann) == ann);
}

TEST_CASE("a thread's bytes and text are what they were parsed from") {
  const auto direct = thread_id::direct(user_id{0x1122334455667788}, user_id{0x99aabbccddeeff00});
  thread_id group;
  group.type = thread_id::kind::group;
  group.high = 9;
  group.low = 2;
  for (const auto& thread : {direct, group}) {
    CHECK(thread_from_bytes(to_bytes(thread)) == thread);
    CHECK(parse_thread_text(to_text(thread)) == thread);
    CHECK(to_text(thread).size() > name_bytes_max);
  }
  CHECK(to_text(direct) == "d112233445566778899aabbccddeeff00");
  CHECK(to_bytes(direct).size() == thread_id::size_bytes);
}

TEST_CASE("bytes and texts that name no thread are refused") {
  const auto good = to_bytes(thread_id::direct(user_id{1}, user_id{2}));
  auto unknown_kind = good;
  unknown_kind[0] = 3;
  auto wrong_order = good;
  std::swap(wrong_order[8], wrong_order[16]);
  CHECK(!thread_from_bytes(unknown_kind));
  CHECK(!thread_from_bytes(wrong_order));
  CHECK(!thread_from_bytes(good.substr(1)));
  CHECK(!thread_from_bytes(good + "x"));
  CHECK(!thread_from_bytes(""));
  CHECK(!parse_thread_text("ann"));
  CHECK(!parse_thread_text("x112233445566778899aabbccddeeff00"));
  CHECK(!parse_thread_text("d11223344556677889-aabbccddeeff00"));
  // The same two users in the other order would be a second name of the thread.
  CHECK(!parse_thread_text("d99aabbccddeeff001122334455667788"));
}

TEST_CASE("names are 1 to 32 of a-z 0-9 . _ - and begin with a letter or digit") {
  for (const char* name : {"a", "0", "ann", "ann.b_c-d", "a1234567890123456789012345678901"})
    CHECK(is_valid_name(name));
  for (const char* name : {"", ".ann", "_ann", "-ann", "Ann", "an n", "ann\xc3\xa4",
                           "a12345678901234567890123456789012"})
    CHECK(!is_valid_name(name));
  CHECK(fold_name("AnN-1") == "ann-1");
}

TEST_CASE("a user's id lies in the slot of the name and is never the zero id") {
  for (const char* name : {"ann", "bob", "carl"}) {
    for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      const auto user = make_user_id(name, bits);
      CHECK(slot_of(user) == slot_of_name(name));
      CHECK((user.value & 0xffffffffffff) != 0);
    }
  }
  CHECK(make_user_id("ann", 5) != make_user_id("ann", 6));
}

TEST_CASE("slots and payload hashes are the documented ones") {
  // Worked examples of docs/formats/ids.md: changing them would orphan what is stored.
  CHECK(slot_of_name("ann") == slot{0x482c});
  CHECK(slot_of(thread_id::direct(user_id{1}, user_id{2})) == slot{0x0b97});
  CHECK(payload_hash("", "hello") == 0x3e5ad992e2d54e35);
}

TEST_CASE("payload hashes tell the type from the body") {
  CHECK(payload_hash("a", "bc") != payload_hash("ab", "c"));
  CHECK(payload_hash("", "x") != payload_hash("x", ""));
  CHECK(payload_hash("text/plain", "x") == payload_hash("text/plain", "x"));
}

} // namespace weft
