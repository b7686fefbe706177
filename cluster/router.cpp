#include "cluster/router.hpp"

#include "storage/store.hpp"

#include <caf/send.hpp>

namespace weft::cluster {
namespace {

const error too_many_active{errc::overloaded, "too much is active on this node; try again",
                            outcome::nothing_written, 1'000};
const error reads_busy{errc::overloaded, "too many reads wait; try again", outcome::nothing_written,
                       500};
const error stopping{errc::unavailable, "this node is stopping", outcome::nothing_written, 1'000};

} // namespace

shard_id router::shard_of(slot where) const {
  return storage::shard_of(where, parts_.board.shard_count());
}

error router::why_not_served() const {
  if (closed_.load(std::memory_order_acquire))
    return stopping;
  switch (parts_.board.writes()) {
  case write_state::failed:
    // An earlier try of the same operation may have been written just before.
    return {errc::read_only, "this node writes no more until it is restarted",
            outcome::unknown_retry_same_id};
  case write_state::refused:
    return {errc::read_only, "this node's disk is full", outcome::nothing_written, 10'000};
  case write_state::taken:
    break;
  }
  return {errc::unavailable, "the shard has no leader here; try again", outcome::nothing_written,
          200};
}

template <class Request>
void router::refuse_one(const Request& what, const error& why) {
  if constexpr (requires { what.ref; }) {
    if (what.ref.session.session)
      to_session(what.ref.session, {actors::request_failed{what.ref.request, why}});
  }
}

template <class Inputs>
void router::refuse(const Inputs& inputs, const error& why) {
  for (const auto& input : inputs)
    std::visit([&](const auto& each) { refuse_one(each, why); }, input);
}

/// A refusal moves nothing out of `inputs`.
template <class Table, class Key, class Inputs>
void router::send(Table& table, slot where, const Key& key, Inputs& inputs) {
  if (closed_.load(std::memory_order_acquire) || !parts_.board.serves(shard_of(where)))
    return refuse(inputs, why_not_served());
  switch (table.send(key, std::move(inputs))) {
  case sent::yes:
    return;
  case sent::too_many:
    return refuse(inputs, too_many_active);
  case sent::closed:
    return refuse(inputs, stopping);
  }
}

void router::to_thread(const thread_id& thread, actors::thread_inputs inputs) {
  send(parts_.threads, slot_of(thread), thread, inputs);
}

void router::to_user(user_id user, actors::user_inputs inputs) {
  send(parts_.users, slot_of(user), user, inputs);
}

void router::to_accounts(slot where, actors::account_inputs inputs) {
  send(parts_.accounts, where, shard_of(where), inputs);
}

void router::to_reads(slot, actors::read_request request) {
  if (closed_.load(std::memory_order_acquire))
    return refuse(std::array{std::move(request)}, stopping);
  if (!parts_.reads.submit(request))
    refuse(std::array{std::move(request)}, reads_busy);
}

void router::to_presence(slot, actors::look_up_presence what) {
  if (closed_.load(std::memory_order_acquire))
    return refuse_one(what, stopping);
  parts_.presence.look_up(std::move(what));
}

void router::to_presence(presence_question what) {
  if (closed_.load(std::memory_order_acquire) || !parts_.board.serves(what.shard))
    return;
  parts_.presence.ask(std::move(what), [this](presence_answer answer) {
    caf::anon_send(poller_, std::move(answer));
  });
}

void router::to_relay(actors::touch_committed what) {
  caf::anon_send(relay_, what);
}

void router::to_session(const session_address& where, actors::session_notices notices) {
  if (where.node == parts_.self)
    parts_.sessions.deliver(where.session, std::move(notices));
}

void router::to_sessions_of(user_id user, const actors::session_notice& notice,
                            const session_address& except) {
  parts_.registry.for_each_session(user, [&](const session_address& where) {
    if (where != except)
      to_session(where, {notice});
  });
}

} // namespace weft::cluster
