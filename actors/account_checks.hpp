// The blocking half of signing in: what the store and the password hash say. Runs on a pool.
#pragma once

#include "actors/limits.hpp"
#include "actors/messages.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <string>

namespace weft::actors {

/// What was found out for a sign-in: who it is, and the device as it stands.
struct sign_in_check {
  user_id user;
  std::string name;
  std::optional<state::Device> device;
  weft::inbox_version inbox_version;
};

/// What was found out for a registration.
struct registration_check {
  /// A new account, ready to be decided; nothing when a retry has found itself.
  std::optional<state::Account> fresh;
  /// Who is signed in next, under a user id that is free or the retry's own.
  sign_in_check who;
};

/// What a client may ask for, before any work is done for it. `now` is what the age of an operation
/// is measured by.
result<void> check_shape(const register_account& what, const limits& bounds, time_ms now);
result<void> check_shape(const sign_in& what, const limits& bounds);

/// `name_taken`, `conflict` (same operation, other password), or how to go on. Hashes the password.
result<registration_check> check_registration(const storage::store& store,
                                              const register_account& what, const limits& bounds);
/// `bad_credentials` in the same time whether the name exists or not.
result<sign_in_check> check_sign_in(const storage::store& store, const sign_in& what,
                                    const limits& bounds);
/// `bad_credentials` unless the token is the device's present one.
result<sign_in_check> check_token(const storage::store& store, const resume& what);

} // namespace weft::actors
