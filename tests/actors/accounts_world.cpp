#include "tests/actors/accounts_world.hpp"

#include "actors/spawn.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

namespace weft::testing {

void accounts_world::start() {
  if (actor_)
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
  settle();
  entry = std::make_shared<recording_activation>();
  actor_ = actors::spawn_accounts(system(), env, ledger.shard_of(slot_of_name("ann")), entry);
  ended_ = watch(caf::actor_cast<caf::actor>(actor_));
}

void accounts_world::post(actors::account_inputs inputs) {
  ++entry->sent;
  caf::anon_send(actor_, std::move(inputs));
}

void accounts_world::serve(actors::account_inputs inputs) {
  post(std::move(inputs));
  settle();
  while (ledger.waiting() > 0) {
    ledger.commit();
    settle();
  }
}

actors::register_account accounts_world::registration(std::uint8_t n, const std::string& name,
                                                      const op_id& operation,
                                                      std::string password) {
  actors::register_account out;
  out.ref = {session(n), ++requests_};
  out.name = name;
  out.password = std::move(password);
  out.device = device_no(n);
  out.device_name = "device";
  out.op = operation;
  return out;
}

actors::sign_in accounts_world::login(std::uint8_t n, const std::string& name,
                                      std::string password) {
  return {{session(n), ++requests_}, name, std::move(password), device_no(n), "device"};
}

actors::resume accounts_world::by_token(std::uint8_t n, const std::string& token) {
  const auto parts = actors::parse_token(token);
  REQUIRE(parts);
  actors::resume out;
  out.ref = {session(n), ++requests_};
  out.user = parts->user;
  out.device = parts->device;
  out.secret = parts->secret;
  return out;
}

actors::sign_out accounts_world::logout(std::uint8_t n, const actors::signed_in& by) {
  return {{session(n), ++requests_}, by.user, by.name, device_no(n), by.token_hash};
}

actors::signed_in accounts_world::registered(std::uint8_t n, const std::string& name) {
  serve({registration(n, name, op(n))});
  const auto answers = sign_ins(n);
  REQUIRE(answers.size() == 1);
  router.clear();
  return answers[0];
}

bool accounts_world::opens(std::uint8_t n, const std::string& token) {
  const auto before = sign_ins(n).size();
  serve({by_token(n, token)});
  return sign_ins(n).size() == before + 1;
}

} // namespace weft::testing
