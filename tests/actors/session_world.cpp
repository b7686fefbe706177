#include "tests/actors/session_world.hpp"

#include "actors/token.hpp"

#include <caf/send.hpp>

#include <doctest/doctest.h>

namespace weft::testing {

using namespace weft::actors;

void session_world::start(credentials who) {
  actor_ = spawn_session(system(), env, table, client, std::move(who), 1);
  ended_ = watch(caf::actor_cast<caf::actor>(actor_));
  settle();
}

void session_world::let_in(inbox_version version) {
  signed_in answer;
  answer.request = 1;
  answer.user = ann;
  answer.name = "ann";
  answer.device = device_no(1);
  answer.inbox_version = version;
  answer.token_hash = hash_token_secret(std::string(32, 's'));
  tell({answer});
}

void session_world::confirm(inbox_version version) {
  const auto asked = router.take_reads();
  REQUIRE(asked.size() == 1);
  REQUIRE(std::holds_alternative<confirm_session>(asked[0]));
  tell({session_confirmed{version}});
}

void session_world::start_live() {
  start(token_of_ann());
  let_in();
  confirm();
  REQUIRE(replies<signed_in>().size() == 1);
  client->replies.clear();
  client->versions.clear();
  router.take_account_messages();
}

void session_world::ask(session_requests requests) {
  caf::anon_send(actor_, std::move(requests));
  settle();
}

void session_world::tell(session_notices notices) {
  caf::anon_send(actor_, std::move(notices));
  settle();
}

void session_world::drained() {
  caf::anon_send(actor_, atom::drained_v);
  settle();
}

void session_world::detached() {
  caf::anon_send(actor_, atom::detached_v);
  settle();
}

void session_world::expired() {
  caf::anon_send(actor_, atom::expired_v);
  settle();
}

resume session_world::token_of_ann() {
  resume out;
  out.user = ann;
  out.device = device_no(1);
  out.secret = std::string(32, 's');
  return out;
}

events_delivered session_world::events(const thread_id& thread, std::vector<std::uint64_t> seqs) {
  auto all = std::make_shared<std::vector<delivered_event>>();
  for (const auto seq : seqs)
    all->push_back({sequence{seq}, std::make_shared<const std::string>("event")});
  return {thread, std::move(all)};
}

} // namespace weft::testing
