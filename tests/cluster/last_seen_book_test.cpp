#include "cluster/presence/last_seen_book.hpp"

#include <doctest/doctest.h>

namespace weft::cluster {
namespace {

const user_id ann{1};
const user_id bob{2};

} // namespace

TEST_CASE("many comings and goings of a user are handed out as one") {
  last_seen_book book;
  for (std::uint64_t at = 100; at < 200; ++at)
    book.note(ann, time_ms{at});
  book.note(ann, time_ms{150});
  const auto taken = book.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0] == std::pair(ann, time_ms{199}));
  CHECK(book.take().empty());
}

TEST_CASE("what was handed out is remembered until the next time") {
  last_seen_book book;
  book.note(ann, time_ms{100});
  book.take();
  CHECK(book.of(ann) == time_ms{100});
  book.note(bob, time_ms{300});
  CHECK(book.of(ann) == time_ms{100});
  book.take();
  CHECK(book.of(ann) == time_ms{});
  CHECK(book.of(bob) == time_ms{300});
}

} // namespace weft::cluster
