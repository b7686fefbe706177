// Password hashes: Argon2id by libsodium.
#pragma once

#include "actors/limits.hpp"
#include "storage/result.hpp"

#include <string>

namespace weft::actors {

/// Hashes a password at the cost that the limits name. Blocking, tens of milliseconds: call from
/// the hashing pool. Fails with `overloaded` when the memory for it cannot be had.
result<std::string> hash_password(const std::string& password, const limits& cost);

/// True if the password is the one that was hashed. As slow as hashing.
bool verify_password(const std::string& hash, const std::string& password);

/// Takes as long as `verify_password` takes for a real account, so that time does not tell whether
/// a name exists.
void waste_verification(const std::string& password, const limits& cost);

} // namespace weft::actors
