#include "actors/token.hpp"
#include "tests/actors/values.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

TEST_CASE("a token says whose it is and gives its secret back") {
  const auto secret = make_token_secret();
  const auto text = format_token(ann, device_no(3), secret);
  CHECK(text.size() == 112);
  const auto parts = parse_token(text);
  REQUIRE(parts);
  CHECK(parts->user == ann);
  CHECK(parts->device == device_no(3));
  CHECK(parts->secret == secret);
}

TEST_CASE("what is no token is not parsed") {
  const auto good = format_token(ann, device_no(3), make_token_secret());
  CHECK_FALSE(parse_token(""));
  CHECK_FALSE(parse_token(good.substr(1)));
  CHECK_FALSE(parse_token(good + "0"));
  CHECK_FALSE(parse_token(std::string(112, 'x')));
  for (std::size_t at : {std::size_t{0}, std::size_t{15}, std::size_t{20}, std::size_t{111}}) {
    auto bad = good;
    bad[at] = 'g';
    CHECK_FALSE(parse_token(bad));
    bad[at] = '-';
    CHECK_FALSE(parse_token(bad));
    bad[at] = ' ';
    CHECK_FALSE(parse_token(bad));
  }
}

TEST_CASE("token secrets do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto secret = make_token_secret();
    CHECK(secret.size() == token_secret_bytes);
    CHECK(seen.insert(secret).second);
  }
}

TEST_CASE("the hash of a secret is the same each time and another for another secret") {
  const auto secret = make_token_secret();
  auto other = secret;
  other.back() = static_cast<char>(other.back() ^ 1);
  CHECK(same_hash(hash_token_secret(secret), hash_token_secret(secret)));
  CHECK_FALSE(same_hash(hash_token_secret(secret), hash_token_secret(other)));
  CHECK(hash_token_secret(secret) != secret);
}

TEST_CASE("the hash of a signed-out device matches nothing") {
  CHECK_FALSE(same_hash("", ""));
  CHECK_FALSE(same_hash("", hash_token_secret("")));
}
