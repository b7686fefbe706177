#include "actors/spawn.hpp"
#include "actors/user_state.hpp"

#include <caf/actor_system.hpp>

namespace weft::actors {

user_actor::behavior_type user(user_actor::stateful_pointer<user_state> self, const domain& env,
                               user_id id, std::shared_ptr<activation> entry) {
  survive_strangers(self);
  auto& state = self->state;
  state.open(env, id, std::move(entry));
  return {
      [&state](atom::committed, std::uint64_t count) { state.on_committed(count); },
      [&state](atom::lost, const error& why) { state.on_lost(why); },
      [&state](user_inputs& inputs) { state.on_inputs(inputs); },
      [](const continuation& next) { next.run(); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

user_actor spawn_user(caf::actor_system& system, const domain& env, user_id id,
                      std::shared_ptr<activation> entry) {
  return system.spawn(user, std::cref(env), id, std::move(entry));
}

} // namespace weft::actors
