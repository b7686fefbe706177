#include "tests/actors/user_world.hpp"

#include "actors/spawn.hpp"
#include "storage/inbox.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

namespace weft::testing {

void user_world::start() {
  if (actor_)
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
  settle();
  entry = std::make_shared<recording_activation>();
  actor_ = actors::spawn_user(system(), env, ann, entry);
  ended_ = watch(caf::actor_cast<caf::actor>(actor_));
}

void user_world::post(actors::user_inputs inputs) {
  ++entry->sent;
  caf::anon_send(actor_, std::move(inputs));
}

void user_world::commit(std::size_t count) {
  ledger.commit(count);
  settle();
}

actors::touch user_world::touch_of(user_id peer, std::uint64_t seq) const {
  actors::touch out;
  out.user = ann;
  out.thread = thread_id::direct(ann, peer);
  out.last_seq = sequence{seq};
  out.last_ordinal = weft::ordinal{seq};
  out.last_time = time_ms{1'000'000 + seq};
  out.peer = peer;
  out.peer_name = "peer";
  out.relay = shard_id{9};
  out.round = seq;
  return out;
}

actors::advance_read user_world::read_of(user_id peer, std::uint64_t seq,
                                         std::uint64_t request) const {
  return {{phone, request}, ann, thread_id::direct(ann, peer), sequence{seq}, weft::ordinal{seq}};
}

std::optional<state::InboxRow> user_world::stored_row(user_id peer) const {
  auto row = storage::inbox_reader(store()).row(ann, thread_id::direct(ann, peer));
  REQUIRE(row);
  return *row;
}

} // namespace weft::testing
