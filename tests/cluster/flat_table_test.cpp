#include "cluster/flat_table.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

namespace weft::cluster {
namespace {

struct pair {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};
struct by_key {
  static const std::uint64_t& key(const pair& of) { return of.key; }
  static bool is_empty(const pair& of) { return of.key == 0; }
};
using table = flat_table<pair, by_key>;

std::multiset<std::uint64_t> values_of(table& in, std::uint64_t key) {
  std::multiset<std::uint64_t> out;
  in.for_each_of(key, [&](const pair& each) { out.insert(each.value); });
  return out;
}

} // namespace

TEST_CASE("an empty flat table finds nothing") {
  table entries;
  CHECK(entries.find(std::uint64_t{1}) == nullptr);
  CHECK(entries.size() == 0);
}

TEST_CASE("a flat table keeps several entries of one key apart") {
  table entries;
  entries.insert({7, 1});
  entries.insert({7, 2});
  entries.insert({8, 3});
  CHECK(values_of(entries, 7) == std::multiset<std::uint64_t>{1, 2});
  auto* second =
      entries.find_if(std::uint64_t{7}, [](const pair& each) { return each.value == 2; });
  REQUIRE(second != nullptr);
  entries.erase(second);
  CHECK(values_of(entries, 7) == std::multiset<std::uint64_t>{1});
  CHECK(values_of(entries, 8) == std::multiset<std::uint64_t>{3});
  CHECK(entries.size() == 2);
}

TEST_CASE("a flat table agrees with a multimap through many random changes") {
  auto random = testing::seeded_random();
  table entries;
  std::map<std::uint64_t, std::multiset<std::uint64_t>> expected;
  std::size_t size = 0;
  for (std::uint64_t step = 1; step <= 50'000; ++step) {
    // Few keys, so that runs grow long, and a table that grows and shrinks.
    const std::uint64_t key = 1 + random() % 200;
    const bool grows = (step / 5'000) % 2 == 0 ? random() % 3 != 0 : random() % 3 == 0;
    if (grows) {
      entries.insert({key, step});
      expected[key].insert(step);
      ++size;
    } else if (auto* found = entries.find(key)) {
      expected[key].erase(found->value);
      entries.erase(found);
      --size;
    }
    REQUIRE(entries.size() == size);
    REQUIRE(values_of(entries, key) == expected[key]);
  }
  for (auto& [key, values] : expected)
    CHECK(values_of(entries, key) == values);
  std::size_t visited = 0;
  entries.for_each([&](const pair&) { ++visited; });
  CHECK(visited == size);
}

TEST_CASE("a flat table drops what is unwanted and keeps the rest") {
  table entries;
  for (std::uint64_t i = 1; i <= 1000; ++i)
    entries.insert({i, i});
  CHECK(entries.erase_all_if([](const pair& each) { return each.value % 2 == 0; }) == 500);
  CHECK(entries.size() == 500);
  CHECK(entries.find(std::uint64_t{2}) == nullptr);
  CHECK(entries.find(std::uint64_t{3}) != nullptr);
}

} // namespace weft::cluster
