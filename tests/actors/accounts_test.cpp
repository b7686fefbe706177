// The ACCOUNTS: registering, signing in and out.
#include "actors/actor_support.hpp"
#include "storage/accounts.hpp"
#include "tests/actors/accounts_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

TEST_CASE("registering makes an account and signs the device in once that is committed") {
  accounts_world there;
  there.start();
  there.post({there.registration(1, "ann", op(1))});
  there.settle();
  REQUIRE(there.ledger.waiting() == 2); // The account and its device.
  CHECK(there.router.replies(accounts_world::session(1)).empty());
  there.ledger.commit(1);
  there.settle();
  CHECK(there.router.replies(accounts_world::session(1)).empty());
  there.ledger.commit();
  there.settle();
  const auto answers = there.sign_ins(1);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].name == "ann");
  CHECK(answers[0].device == device_no(1));
  CHECK(slot_of(answers[0].user) == slot_of_name("ann"));
  CHECK(there.opens(1, answers[0].token));

  auto known = storage::account_reader(there.store()).by_name("ann");
  REQUIRE(known);
  REQUIRE(*known);
  CHECK((*known)->first == answers[0].user);
  CHECK((*known)->second.password_hash().find("correct") == std::string::npos);
  auto device = storage::account_reader(there.store()).device(answers[0].user, device_no(1));
  REQUIRE(device);
  CHECK((*device)->token_hash() != parse_token(answers[0].token)->secret);
}

TEST_CASE("a name that is taken is refused and nothing is written") {
  accounts_world there;
  there.start();
  there.registered(1, "ann");
  there.serve({there.registration(2, "ann", op(2))});
  REQUIRE(there.failures(2).size() == 1);
  CHECK(there.failures(2)[0].why.code == errc::name_taken);
  CHECK(there.failures(2)[0].why.outcome == outcome::nothing_written);
  CHECK(there.ledger.waiting() == 0);
}

TEST_CASE("a retried registration finds itself and gets a token that works") {
  accounts_world there;
  there.start();
  const auto first = there.registered(1, "ann");
  SUBCASE("at the same actor") {}
  SUBCASE("at a new actor") {
    there.start();
  }
  there.serve({there.registration(1, "ann", op(1))});
  REQUIRE(there.sign_ins(1).size() == 1);
  const auto again = there.sign_ins(1)[0];
  CHECK(again.user == first.user);
  CHECK(there.opens(1, again.token));
  CHECK_FALSE(there.opens(1, first.token)); // The device has one token: the newest.
}

TEST_CASE("a retried registration is told the version that its inbox has by now") {
  accounts_world there;
  there.start();
  const auto first = there.registered(1, "ann");
  state::Record record;
  record.mutable_inbox_changed()->set_user(first.user.value);
  record.mutable_inbox_changed()->set_version(17);
  // The actor's shard, in a ledger of one: nothing of it is waiting.
  there.ledger.put(slot_of(first.user), std::move(record));
  there.serve({there.registration(1, "ann", op(1))});
  REQUIRE(there.sign_ins(1).size() == 1);
  CHECK(there.sign_ins(1)[0].inbox_version == inbox_version{17});
}

TEST_CASE("a registration with the same operation and another password is a conflict") {
  accounts_world there;
  there.start();
  const auto first = there.registered(1, "ann");
  there.serve({there.registration(1, "ann", op(1), "another password")});
  REQUIRE(there.failures(1).size() == 1);
  CHECK(there.failures(1)[0].why.code == errc::conflict);
  CHECK(there.opens(1, first.token));
}

TEST_CASE("signing in takes the right password only") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  there.serve({there.login(2, "ann")});
  REQUIRE(there.sign_ins(2).size() == 1);
  CHECK(there.sign_ins(2)[0].user == account.user);
  CHECK(there.opens(2, there.sign_ins(2)[0].token));
  CHECK(there.opens(1, account.token)); // The other device keeps its token.

  there.serve({there.login(3, "ann", "wrong password")});
  CHECK(there.sign_ins(3).empty());
  REQUIRE(there.failures(3).size() == 1);
  CHECK(there.failures(3)[0].why.code == errc::bad_credentials);
}

TEST_CASE("a wrong password and a name that is not known fail alike") {
  accounts_world there;
  there.start();
  there.registered(1, "ann");
  there.serve({there.login(3, "ann", "wrong password"), there.login(3, "nobody")});
  const auto failures = there.failures(3);
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].why.code == errc::bad_credentials);
  CHECK(failures[1].why.code == failures[0].why.code);
  CHECK(failures[1].why.message == failures[0].why.message);
  CHECK(failures[1].why.outcome == failures[0].why.outcome);
  CHECK(failures[1].why.retry_after_ms == failures[0].why.retry_after_ms);
}

TEST_CASE("signing in again ends the older token of the device and no other") {
  accounts_world there;
  there.start();
  const auto first = there.registered(1, "ann");
  there.serve({there.login(1, "ann")});
  REQUIRE(there.sign_ins(1).size() == 1);
  CHECK_FALSE(there.opens(1, first.token));
  CHECK(there.opens(1, there.sign_ins(1)[0].token));
}

TEST_CASE("a token opens its own device of its own user only") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  const auto other = there.registered(2, "bea");
  const auto parts = *parse_token(account.token);
  CHECK(there.opens(1, account.token));
  CHECK_FALSE(there.opens(1, format_token(account.user, device_no(9), parts.secret)));
  CHECK_FALSE(there.opens(1, format_token(other.user, device_no(1), parts.secret)));
  CHECK_FALSE(there.opens(1, format_token(user_id{77}, device_no(1), parts.secret)));
  CHECK_FALSE(there.opens(1, format_token(account.user, device_no(1), make_token_secret())));
  CHECK_FALSE(there.opens(1, format_token(account.user, device_no(1), std::string(32, '\0'))));
  for (const auto& failure : there.failures(1))
    CHECK(failure.why.code == errc::bad_credentials);
}

TEST_CASE("resuming by token gives no new token") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  REQUIRE(there.opens(1, account.token));
  CHECK(there.sign_ins(1)[0].token.empty());
  CHECK(there.sign_ins(1)[0].name == "ann");
  CHECK(there.sign_ins(1)[0].user == account.user);
  CHECK(there.sign_ins(1)[0].device == device_no(1));
}

TEST_CASE("after signing out the token opens nothing") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  there.post({there.logout(1, account)});
  there.settle();
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).empty());
  there.ledger.commit();
  there.settle();
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 1);
  CHECK_FALSE(there.opens(1, account.token));

  // Again, and by a device that was never there: there is nothing left to do.
  there.serve({there.logout(1, account), there.logout(9, account)});
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 2);
  CHECK(there.router.replies<signed_out>(accounts_world::session(9)).size() == 1);
}

TEST_CASE("signing out ends the token of its own session and none that came later") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  there.serve({there.login(1, "ann")});
  const auto newer = there.sign_ins(1).at(0);
  there.serve({there.logout(1, account)}); // Of the session before.
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 1);
  CHECK(there.opens(1, newer.token));
  there.serve({there.logout(1, newer)});
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 2);
  CHECK_FALSE(there.opens(1, newer.token));
}

TEST_CASE("a session is told which token it is signed in by, however it signs in") {
  accounts_world there;
  there.start();
  const auto hash_of = [](const std::string& token) {
    return hash_token_secret(parse_token(token)->secret);
  };
  const auto account = there.registered(1, "ann");
  CHECK(account.token_hash == hash_of(account.token));
  REQUIRE(there.opens(1, account.token));
  CHECK(there.sign_ins(1).at(0).token_hash == hash_of(account.token));
  there.serve({there.login(2, "ann")});
  CHECK(there.sign_ins(2).at(0).token_hash == hash_of(there.sign_ins(2).at(0).token));
}

TEST_CASE("a registration whose operation is too old is refused before any work is done for it") {
  accounts_world there;
  there.start();
  there.hold(there.hashing);
  const auto week_ago = wall_clock().value - 8 * 24 * 3'600'000ULL;
  there.post({there.registration(1, "ann", op_at(time_ms{week_ago}))});
  there.settle();
  REQUIRE(there.failures(1).size() == 1);
  CHECK(there.failures(1)[0].why.code == errc::too_old);
  CHECK(there.failures(1)[0].why.outcome == outcome::nothing_written);
}

TEST_CASE("what is badly formed is refused before any work is done for it") {
  accounts_world there;
  there.start();
  there.hold(there.hashing);
  auto no_op = there.registration(1, "ann", op(1));
  no_op.op = {};
  auto no_device = there.login(1, "ann");
  no_device.device = {};
  auto long_device_name = there.login(1, "ann");
  long_device_name.device_name = std::string(129, 'x');
  there.post({there.registration(1, "Ann", op(1)), there.registration(1, "", op(1)),
              there.registration(1, "ann", op(1), "short"),
              there.login(1, "ann", std::string(257, 'x')), no_op, no_device, long_device_name});
  there.settle();
  const auto failures = there.failures(1);
  REQUIRE(failures.size() == 7);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(failures[i].why.code == errc::bad_request);
  CHECK(failures[6].why.code == errc::too_large);
}
