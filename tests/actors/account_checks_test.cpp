// The blocking half of signing in, against a real store.
#include "actors/account_checks.hpp"
#include "actors/actor_support.hpp"
#include "actors/password.hpp"
#include "actors/token.hpp"
#include "tests/actors/support.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

constexpr auto password = "correct horse";

register_account registration(const std::string& name, std::uint8_t device, std::uint32_t n) {
  register_account out;
  out.name = name;
  out.password = password;
  out.device = device_no(device);
  out.op = op(n);
  return out;
}

sign_in login(const std::string& name, std::uint8_t device, std::string with = password) {
  sign_in out;
  out.name = name;
  out.password = std::move(with);
  out.device = device_no(device);
  return out;
}

/// A store with one account, as the actor makes it.
struct with_ann : world {
  user_id user;

  with_ann() {
    const auto found = check_registration(store(), registration("ann", 1, 1), env.limits);
    REQUIRE(found);
    REQUIRE(found->fresh);
    user = found->who.user;
    state::Record record;
    record.mutable_account_registered()->set_user(user.value);
    *record.mutable_account_registered()->mutable_account() = *found->fresh;
    ledger.put(slot_of(user), std::move(record));
  }
  void put_device(const std::string& token_hash) {
    state::Record record;
    auto& change = *record.mutable_device_changed();
    change.set_user(user.value);
    change.set_device(std::string{device_no(1).view()});
    change.mutable_row()->set_name("phone");
    change.mutable_row()->set_token_hash(token_hash);
    ledger.put(slot_of(user), std::move(record));
  }
  errc token_check(const std::string& secret) {
    resume what;
    what.user = user;
    what.device = device_no(1);
    what.secret = secret;
    const auto found = check_token(store(), what);
    return found ? errc::none : found.failure().code;
  }
};

} // namespace

TEST_CASE("a free name gives an account in the slot of the name, its password hashed") {
  world there;
  const auto found = check_registration(there.store(), registration("ann", 1, 1), there.env.limits);
  REQUIRE(found);
  REQUIRE(found->fresh);
  CHECK(slot_of(found->who.user) == slot_of_name("ann"));
  CHECK(found->who.name == "ann");
  CHECK(found->fresh->name() == "ann");
  CHECK(verify_password(found->fresh->password_hash(), password));
  CHECK(found->fresh->registered_by_device() == device_no(1).view());
  CHECK(found->fresh->registered_by_op() == op(1).view());
}

TEST_CASE("user ids are random within their slot") {
  world there;
  const auto once = check_registration(there.store(), registration("ann", 1, 1), there.env.limits);
  const auto again = check_registration(there.store(), registration("ann", 1, 2), there.env.limits);
  REQUIRE(once);
  REQUIRE(again);
  CHECK(once->who.user != again->who.user);
}

TEST_CASE("a name that is used is taken, unless the operation is the one that took it") {
  with_ann there;
  const auto by_other_device =
      check_registration(there.store(), registration("ann", 2, 1), there.env.limits);
  REQUIRE_FALSE(by_other_device);
  CHECK(by_other_device.failure().code == errc::name_taken);
  const auto by_other_operation =
      check_registration(there.store(), registration("ann", 1, 2), there.env.limits);
  REQUIRE_FALSE(by_other_operation);
  CHECK(by_other_operation.failure().code == errc::name_taken);
  const auto retry = check_registration(there.store(), registration("ann", 1, 1), there.env.limits);
  REQUIRE(retry);
  CHECK_FALSE(retry->fresh);
  CHECK(retry->who.user == there.user);
  auto other_password = registration("ann", 1, 1);
  other_password.password = "another password";
  const auto conflict = check_registration(there.store(), other_password, there.env.limits);
  REQUIRE_FALSE(conflict);
  CHECK(conflict.failure().code == errc::conflict);
}

TEST_CASE("a sign-in finds the user and the device as it stands") {
  with_ann there;
  auto found = check_sign_in(there.store(), login("ann", 1), there.env.limits);
  REQUIRE(found);
  CHECK(found->user == there.user);
  CHECK(found->name == "ann");
  CHECK_FALSE(found->device);
  there.put_device("hash");
  found = check_sign_in(there.store(), login("ann", 1), there.env.limits);
  REQUIRE(found);
  REQUIRE(found->device);
  CHECK(found->device->name() == "phone");
}

TEST_CASE("wrong password and unknown name are one error") {
  with_ann there;
  const auto wrong = check_sign_in(there.store(), login("ann", 1, "wrong horse"), there.env.limits);
  const auto unknown = check_sign_in(there.store(), login("nobody", 1), there.env.limits);
  REQUIRE_FALSE(wrong);
  REQUIRE_FALSE(unknown);
  CHECK(wrong.failure().code == errc::bad_credentials);
  CHECK(unknown.failure().code == wrong.failure().code);
  CHECK(unknown.failure().message == wrong.failure().message);
}

TEST_CASE("a token is right while its hash is the device's present one") {
  with_ann there;
  const auto secret = make_token_secret();
  CHECK(there.token_check(secret) == errc::bad_credentials); // No such device.
  there.put_device(hash_token_secret(secret));
  CHECK(there.token_check(secret) == errc::none);
  CHECK(there.token_check(make_token_secret()) == errc::bad_credentials);
  CHECK(there.token_check("") == errc::bad_credentials);
  there.put_device(hash_token_secret(make_token_secret()));
  CHECK(there.token_check(secret) == errc::bad_credentials);
  there.put_device(""); // Signed out.
  CHECK(there.token_check(secret) == errc::bad_credentials);
  CHECK(there.token_check("") == errc::bad_credentials);
}

TEST_CASE("shapes are checked against the limits") {
  const auto bounds = cheap_limits();
  CHECK(check_shape(login("ann", 1), bounds));
  CHECK(check_shape(login("ann", 1, std::string(bounds.password_bytes_min, 'x')), bounds));
  CHECK(check_shape(login("ann", 1, std::string(bounds.password_bytes_max, 'x')), bounds));
  CHECK_FALSE(
      check_shape(login("ann", 1, std::string(bounds.password_bytes_min - 1, 'x')), bounds));
  CHECK_FALSE(
      check_shape(login("ann", 1, std::string(bounds.password_bytes_max + 1, 'x')), bounds));
  CHECK_FALSE(check_shape(login("Ann", 1), bounds));
  CHECK_FALSE(check_shape(login(std::string(33, 'a'), 1), bounds));
  auto what = registration("ann", 1, 1);
  const auto now = wall_clock();
  CHECK(check_shape(what, bounds, now));
  what.device_name = std::string(bounds.device_name_bytes_max + 1, 'x');
  const auto too_large = check_shape(what, bounds, now);
  REQUIRE_FALSE(too_large);
  CHECK(too_large.failure().code == errc::too_large);
  what = registration("ann", 1, 1);
  what.op.bytes[6] = 0x40;
  CHECK_FALSE(check_shape(what, bounds, now));
}

TEST_CASE("a registration is measured by the age of its operation like a message") {
  const auto bounds = cheap_limits();
  const auto window = static_cast<std::uint64_t>(bounds.operation_window.count());
  const auto ahead = static_cast<std::uint64_t>(bounds.operation_ahead_max.count());
  constexpr time_ms made{1'700'000'000'000};
  auto what = registration("ann", 1, 1);
  what.op = op_at(made);
  const auto refusal = [&](std::uint64_t now) {
    const auto ok = check_shape(what, bounds, time_ms{now});
    return ok ? errc::none : ok.failure().code;
  };
  CHECK(refusal(made.value + window) == errc::none);
  CHECK(refusal(made.value + window + 1) == errc::too_old);
  CHECK(refusal(made.value - ahead) == errc::none);
  CHECK(refusal(made.value - ahead - 1) == errc::bad_request);
}
