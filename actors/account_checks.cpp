#include "actors/account_checks.hpp"

#include "actors/actor_support.hpp"
#include "actors/operation_time.hpp"
#include "actors/password.hpp"
#include "actors/token.hpp"
#include "storage/accounts.hpp"
#include "storage/inbox.hpp"

#include <sodium.h>

namespace weft::actors {

namespace {

error bad(errc code, std::string text) {
  return {code, std::move(text), outcome::nothing_written, 0};
}

const error wrong_credentials{errc::bad_credentials, "wrong name or password",
                              outcome::nothing_written, 0};

result<void> check_common(const std::string& name, const std::string& password,
                          const device_id& device, const std::string& device_name,
                          const limits& bounds) {
  if (!is_valid_name(name))
    return bad(errc::bad_request, "a name is 1 to 32 of a-z 0-9 . _ - and begins with a letter "
                                  "or digit");
  if (password.size() < bounds.password_bytes_min || password.size() > bounds.password_bytes_max)
    return bad(errc::bad_request, "a password has " + std::to_string(bounds.password_bytes_min) +
                                      " to " + std::to_string(bounds.password_bytes_max) +
                                      " bytes");
  if (!device)
    return bad(errc::bad_request, "device_id is missing");
  if (device_name.size() > bounds.device_name_bytes_max)
    return bad(errc::too_large, "device_name is longer than " +
                                    std::to_string(bounds.device_name_bytes_max) + " bytes");
  return {};
}

std::uint64_t random_bits() {
  std::uint64_t out = 0;
  randombytes_buf(&out, sizeof out);
  return out;
}

/// Fills in what a signed-in device gets: its row and the user's inbox version.
result<sign_in_check> complete(const storage::store& store, user_id user, std::string name,
                               const device_id& device) {
  auto row = storage::account_reader(store).device(user, device);
  auto version = storage::inbox_reader(store).version(user);
  if (!row || !version)
    return !row ? row.failure() : version.failure();
  return sign_in_check{user, std::move(name), std::move(*row), *version};
}

} // namespace

result<void> check_shape(const register_account& what, const limits& bounds, time_ms now) {
  if (auto why = refuse_time(what.op, now, bounds))
    return std::move(*why);
  return check_common(what.name, what.password, what.device, what.device_name, bounds);
}

result<void> check_shape(const sign_in& what, const limits& bounds) {
  return check_common(what.name, what.password, what.device, what.device_name, bounds);
}

result<registration_check> check_registration(const storage::store& store,
                                              const register_account& what, const limits& bounds) {
  storage::account_reader reader(store);
  auto known = reader.by_name(what.name);
  if (!known)
    return known.failure();
  if (*known) {
    const auto& account = (*known)->second;
    if (account.registered_by_device() != what.device.view() ||
        account.registered_by_op() != what.op.view())
      return bad(errc::name_taken, "the name " + what.name + " is taken; choose another");
    if (!verify_password(account.password_hash(), what.password))
      return bad(errc::conflict, "this operation id registered the name with another password");
    auto who = complete(store, (*known)->first, what.name, what.device);
    if (!who)
      return who.failure();
    return registration_check{std::nullopt, std::move(*who)};
  }
  auto hash = hash_password(what.password, bounds);
  if (!hash)
    return hash.failure();
  // 48 random bits: a second try is needed once in a few hundred million accounts of one slot.
  constexpr int tries_max = 16;
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto user = make_user_id(what.name, random_bits());
    auto other = reader.account(user);
    if (!other)
      return other.failure();
    if (*other)
      continue;
    state::Account account;
    account.set_name(what.name);
    account.set_password_hash(*hash);
    account.set_created_ms(wall_clock().value);
    account.set_registered_by_device(std::string{what.device.view()});
    account.set_registered_by_op(std::string{what.op.view()});
    return registration_check{std::move(account), {user, what.name, std::nullopt, {}}};
  }
  return error{errc::overloaded, "no free user id found", outcome::nothing_written, 1000};
}

result<sign_in_check> check_sign_in(const storage::store& store, const sign_in& what,
                                    const limits& bounds) {
  auto known = storage::account_reader(store).by_name(what.name);
  if (!known)
    return known.failure();
  if (!*known) {
    waste_verification(what.password, bounds);
    return wrong_credentials;
  }
  if (!verify_password((*known)->second.password_hash(), what.password))
    return wrong_credentials;
  return complete(store, (*known)->first, what.name, what.device);
}

result<sign_in_check> check_token(const storage::store& store, const resume& what) {
  storage::account_reader reader(store);
  auto account = reader.account(what.user);
  auto device = reader.device(what.user, what.device);
  if (!account || !device)
    return !account ? account.failure() : device.failure();
  if (!*account || !*device || !same_hash((*device)->token_hash(), hash_token_secret(what.secret)))
    return bad(errc::bad_credentials, "this device is not signed in; log in again");
  return complete(store, what.user, (*account)->name(), what.device);
}

} // namespace weft::actors
