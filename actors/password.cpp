#include "actors/password.hpp"

#include <sodium.h>

#include <array>

namespace weft::actors {

result<std::string> hash_password(const std::string& password, const limits& cost) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const auto failed =
      crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.password_passes,
                            cost.password_memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0)
    return error{errc::overloaded, "not enough memory to hash a password", outcome::nothing_written,
                 1000};
  return std::string{out.data()};
}

bool verify_password(const std::string& hash, const std::string& password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

void waste_verification(const std::string& password, const limits& cost) {
  // Its result is of no use to anybody.
  static_cast<void>(hash_password(password, cost));
}

} // namespace weft::actors
