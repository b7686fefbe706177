#include "actors/accounts_state.hpp"
#include "actors/spawn.hpp"

#include <caf/actor_system.hpp>

namespace weft::actors {

accounts_actor::behavior_type accounts(accounts_actor::stateful_pointer<accounts_state> self,
                                       const domain& env, shard_id shard,
                                       std::shared_ptr<activation> entry) {
  survive_strangers(self);
  auto& state = self->state;
  state.open(env, shard, std::move(entry));
  return {
      [&state](atom::committed, std::uint64_t count) { state.on_committed(count); },
      [&state](atom::lost, const error& why) { state.on_lost(why); },
      [&state](account_inputs& inputs) { state.on_inputs(inputs); },
      [](const continuation& next) { next.run(); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

accounts_actor spawn_accounts(caf::actor_system& system, const domain& env, shard_id shard,
                              std::shared_ptr<activation> entry) {
  return system.spawn(accounts, std::cref(env), shard, std::move(entry));
}

} // namespace weft::actors
