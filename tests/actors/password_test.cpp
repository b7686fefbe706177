#include "actors/password.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;

namespace {

/// The least that libsodium takes: these tests are not about the cost.
actors::limits cheap() {
  actors::limits out;
  out.password_memory_kib = 8;
  out.password_passes = 1;
  return out;
}

} // namespace

TEST_CASE("a password is verified by its hash and no other password is") {
  const auto hash = hash_password("correct horse", cheap());
  REQUIRE(hash);
  CHECK(verify_password(*hash, "correct horse"));
  CHECK_FALSE(verify_password(*hash, "correct horsf"));
  CHECK_FALSE(verify_password(*hash, ""));
  CHECK_FALSE(verify_password(*hash, std::string{"correct horse\0", 14}));
}

TEST_CASE("two hashes of one password differ, since each has its own salt") {
  CHECK(*hash_password("correct horse", cheap()) != *hash_password("correct horse", cheap()));
}

TEST_CASE("a hash is Argon2id and names the cost of the limits") {
  auto cost = cheap();
  cost.password_memory_kib = 64;
  cost.password_passes = 3;
  const auto hash = hash_password("correct horse", cost);
  REQUIRE(hash);
  CHECK(hash->starts_with("$argon2id$"));
  CHECK(hash->find("m=64,t=3,p=1") != std::string::npos);
}

TEST_CASE("what is no hash verifies nothing") {
  CHECK_FALSE(verify_password("", ""));
  CHECK_FALSE(verify_password("$argon2id$garbage", "correct horse"));
}

TEST_CASE("a cost that cannot be paid is an error and no weaker hash") {
  auto cost = cheap();
  cost.password_memory_kib = 1; // Below what Argon2id needs.
  const auto hash = hash_password("correct horse", cost);
  REQUIRE_FALSE(hash);
  CHECK(hash.failure().code == errc::overloaded);
  CHECK(hash.failure().outcome == outcome::nothing_written);
}
