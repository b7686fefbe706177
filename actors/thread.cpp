#include "actors/spawn.hpp"
#include "actors/thread_state.hpp"

#include <caf/actor_system.hpp>

namespace weft::actors {

thread_actor::behavior_type thread(thread_actor::stateful_pointer<thread_state> self,
                                   const domain& env, thread_id id,
                                   std::shared_ptr<activation> entry) {
  survive_strangers(self);
  auto& state = self->state;
  state.open(env, id, std::move(entry));
  return {
      [&state](atom::committed, std::uint64_t count) { state.on_committed(count); },
      [&state](atom::lost, const error& why) { state.on_lost(why); },
      [&state](thread_inputs& inputs) { state.on_inputs(inputs); },
      [](const continuation& next) { next.run(); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

thread_actor spawn_thread(caf::actor_system& system, const domain& env, const thread_id& id,
                          std::shared_ptr<activation> entry) {
  return system.spawn(thread, std::cref(env), id, std::move(entry));
}

} // namespace weft::actors
