// The ACCOUNTS under contention, overload and loss.
#include "tests/actors/accounts_world.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::actors;
using namespace weft::testing;

namespace {

const error deposed{errc::unavailable, "another node leads the shard",
                    outcome::unknown_retry_same_id, 50};

} // namespace

TEST_CASE("of two registrations of one name at once exactly one wins") {
  accounts_world there;
  there.start();
  SUBCASE("in one message") {
    there.serve({there.registration(1, "ann", op(1)), there.registration(2, "ann", op(2))});
  }
  SUBCASE("the second while the first is hashed") {
    there.hold(there.hashing);
    there.post({there.registration(1, "ann", op(1))});
    there.settle();
    there.post({there.registration(2, "ann", op(2))});
    there.settle();
    there.release();
    there.serve({});
  }
  SUBCASE("the second while the first waits for its commit") {
    there.post({there.registration(1, "ann", op(1))});
    there.settle();
    REQUIRE(there.ledger.waiting() == 2);
    there.post({there.registration(2, "ann", op(2))});
    there.settle();
    CHECK(there.ledger.waiting() == 2);
    there.serve({});
  }
  CHECK(there.sign_ins(1).size() == 1);
  CHECK(there.failures(1).empty());
  CHECK(there.sign_ins(2).empty());
  REQUIRE(there.failures(2).size() == 1);
  CHECK(there.failures(2)[0].why.code == errc::name_taken);
}

TEST_CASE("a registration that is retried while it is pending makes one account") {
  accounts_world there;
  there.start();
  there.post({there.registration(1, "ann", op(1))});
  there.settle();
  there.post({there.registration(1, "ann", op(1))});
  there.settle();
  there.serve({});
  const auto answers = there.sign_ins(1);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].user == answers[1].user);
  CHECK(there.opens(1, answers[1].token));
}

TEST_CASE("names do not wait for one another") {
  accounts_world there;
  there.start();
  there.post({there.registration(1, "ann", op(1)), there.registration(2, "bea", op(2))});
  there.settle();
  CHECK(there.ledger.waiting() == 4);
}

TEST_CASE("sign-ins of one name are all served, one after the other") {
  accounts_world there;
  there.start();
  there.registered(1, "ann");
  account_inputs inputs;
  for (std::uint8_t n = 2; n <= 6; ++n)
    inputs.push_back(there.login(n, "ann", n == 4 ? "wrong password" : "correct horse"));
  there.serve(std::move(inputs));
  for (std::uint8_t n = 2; n <= 6; ++n)
    CHECK(there.sign_ins(n).size() == (n == 4 ? 0 : 1));
  CHECK(there.failures(4).size() == 1);
}

TEST_CASE("a full pool refuses as overloaded and the name is free again") {
  accounts_world there(cheap_limits(), 1);
  there.start();
  there.hold(there.hashing);
  there.fill(there.hashing);
  there.hold(there.reads);
  there.fill(there.reads);
  auto garbage = there.by_token(4, format_token(ann, device_no(4), make_token_secret()));
  signed_in of_eve;
  of_eve.user = eve;
  of_eve.name = "eve";
  there.post({there.registration(1, "ann", op(1)), there.login(2, "ann"), garbage,
              there.logout(5, of_eve)});
  there.settle();
  for (std::uint8_t n : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{5}}) {
    REQUIRE(there.failures(n).size() == 1);
    CHECK(there.failures(n)[0].why.code == errc::overloaded);
    CHECK(there.failures(n)[0].why.outcome == outcome::nothing_written);
    CHECK(there.failures(n)[0].why.retry_after_ms > 0);
  }
  there.release();
  there.finish_pools(); // Until then the queue may still be full.
  there.serve({there.registration(1, "ann", op(1))});
  CHECK(there.sign_ins(1).size() == 1);
}

TEST_CASE("a sign-out waits for the sign-ins of its user that came before") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  // The login has read the device and waits for its commit; the sign-out is of the older session.
  there.post({there.login(1, "ann")});
  there.settle();
  REQUIRE(there.ledger.waiting() == 1);
  there.post({there.logout(1, account)});
  there.settle();
  CHECK(there.ledger.waiting() == 1);
  there.serve({});
  REQUIRE(there.sign_ins(1).size() == 1);
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 1);
  CHECK(there.opens(1, there.sign_ins(1)[0].token));
}

TEST_CASE("a sign-in waits for the sign-out of its user that came before") {
  accounts_world there;
  there.start();
  const auto account = there.registered(1, "ann");
  there.hold(there.reads);
  there.post({there.logout(1, account)}); // Reads the device.
  there.settle();
  there.post({there.login(1, "ann")});
  there.settle();
  CHECK(there.ledger.waiting() == 0);
  there.release();
  there.serve({});
  CHECK(there.router.replies<signed_out>(accounts_world::session(1)).size() == 1);
  REQUIRE(there.sign_ins(1).size() == 1);
  CHECK_FALSE(there.opens(1, account.token));
  CHECK(there.opens(1, there.sign_ins(1)[0].token));
}

TEST_CASE("a token is looked at while reads of clients fill their lane") {
  accounts_world there(cheap_limits(), 1);
  there.start();
  const auto account = there.registered(1, "ann");
  there.hold(there.reads);
  there.fill(there.reads, pool_lane::ordinary);
  there.post({there.by_token(1, account.token)});
  there.settle();
  there.release();
  there.finish_pools();
  CHECK(there.failures(1).empty());
  CHECK(there.sign_ins(1).size() == 1);
}

TEST_CASE("requests that wait for their name are bounded") {
  auto bounds = cheap_limits();
  bounds.stash_inputs_max = 2;
  accounts_world there(bounds);
  there.start();
  there.hold(there.hashing);
  account_inputs inputs;
  for (std::uint8_t n = 1; n <= 5; ++n)
    inputs.push_back(there.registration(n, "ann", op(n)));
  there.post(std::move(inputs));
  there.settle();
  CHECK(there.failures(3).empty());
  REQUIRE(there.failures(4).size() == 1);
  CHECK(there.failures(4)[0].why.code == errc::overloaded);
  CHECK(there.failures(5).size() == 1);
  there.release();
  there.serve({});
  CHECK(there.sign_ins(1).size() == 1);
  CHECK(there.failures(2).size() == 1);
  CHECK(there.failures(3).size() == 1);
}

TEST_CASE("when appends are lost everyone is told, and nobody that nothing was written") {
  accounts_world there;
  there.start();
  // The second is a retry of the first: it may be in the log.
  auto retry = there.registration(1, "ann", op(1));
  retry.ref.session = accounts_world::session(2);
  there.post({there.registration(1, "ann", op(1)), retry});
  there.settle();
  there.hold(there.hashing);
  there.post({there.registration(3, "bea", op(3))}); // Is being hashed.
  there.settle();
  there.ledger.lose(deposed);
  auto late_retry = retry;
  late_retry.ref.session = accounts_world::session(4);
  there.post({late_retry});
  there.settle();
  for (std::uint8_t n : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}}) {
    REQUIRE(there.failures(n).size() == 1);
    CHECK(there.failures(n)[0].why.outcome == outcome::unknown_retry_same_id);
  }
  CHECK(there.entry->abandoned);
  CHECK_FALSE(there.has_ended()); // It still owes the third an answer.
  there.release();
  there.settle();
  REQUIRE(there.failures(3).size() == 1);
  CHECK(there.failures(3)[0].why.code == errc::unavailable);
  CHECK(there.ledger.waiting() == 0);
  CHECK(there.has_ended());
}

TEST_CASE("when it is certain that nothing was written, everyone is told so") {
  accounts_world there;
  there.start();
  auto refused = deposed;
  refused.outcome = outcome::nothing_written;
  there.post({there.registration(1, "ann", op(1)), there.registration(2, "ann", op(2))});
  there.settle();
  there.ledger.lose(refused);
  there.post({there.login(4, "ann")});
  there.settle();
  for (std::uint8_t n : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}}) {
    REQUIRE(there.failures(n).size() == 1);
    CHECK(there.failures(n)[0].why.outcome == outcome::nothing_written);
  }
  CHECK(there.has_ended());
}

TEST_CASE("the accounts of a shard leave memory when at rest") {
  accounts_world there;
  there.start();
  there.post({there.registration(1, "ann", op(1))});
  there.settle();
  for (int i = 0; i < 3; ++i)
    there.advance(there.env.limits.idle_after);
  CHECK(there.entry->retire_calls == 0);
  there.ledger.commit();
  there.settle();
  for (int i = 0; i < 2; ++i)
    there.advance(there.env.limits.idle_after);
  CHECK(there.entry->retired);
  CHECK(there.has_ended());
}
