#include "cluster/presence/presence_poller.hpp"

#include "actors/resilience.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>

namespace weft::cluster {

presence_poller_actor::behavior_type
presence_poller(presence_poller_actor::stateful_pointer<presence_poller_state> self,
                presence_poller_parts parts) {
  actors::survive_strangers(self);
  auto& state = self->state;
  state.start(std::move(parts));
  return {
      [&state](const presence_answer& what) { state.on_answer(what); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

presence_poller_actor spawn_presence_poller(caf::actor_system& system,
                                            presence_poller_parts parts) {
  return system.spawn(presence_poller, std::move(parts));
}

void presence_poller_state::start(presence_poller_parts parts) {
  parts_.emplace(std::move(parts));
  rounds_.emplace(parts_->cache);
  written_ = self_->clock().now();
}

void presence_poller_state::on_answer(const presence_answer& what) {
  send(rounds_->on_answer(what));
}

void presence_poller_state::on_tick() {
  send(rounds_->on_tick());
  const auto now = self_->clock().now();
  if (now >= written_ + parts_->limits.last_seen_every) {
    written_ = now;
    parts_->desk.write_last_seen();
  }
  const auto next = parts_->limits.presence_every / presence_rounds::ticks_of_interval;
  self_->delayed_send(self_, std::max(next, std::chrono::milliseconds(1)), caf::tick_atom_v);
}

void presence_poller_state::send(std::vector<presence_question> questions) {
  for (auto& each : questions)
    parts_->router.to_presence(std::move(each));
}

} // namespace weft::cluster
