#include "actors/session_state.hpp"
#include "actors/spawn.hpp"

#include <caf/actor_system.hpp>

namespace weft::actors {

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     const domain& env, sessions* table,
                                     std::shared_ptr<outlet> client, credentials who,
                                     std::uint64_t request) {
  survive_strangers(self);
  auto& state = self->state;
  state.open(env, *table, std::move(client), std::move(who), request);
  return {
      [&state](session_requests& requests) { state.on_requests(requests); },
      [&state](session_notices& notices) { state.on_notices(notices); },
      [&state](atom::drained) { state.on_drained(); },
      [&state](atom::detached) { state.on_detached(); },
      [&state](atom::expired) { state.on_expired(); },
      [](const continuation& next) { next.run(); },
  };
}

session_actor spawn_session(caf::actor_system& system, const domain& env, sessions& table,
                            std::shared_ptr<outlet> client, credentials who,
                            std::uint64_t request) {
  return system.spawn(session, std::cref(env), &table, std::move(client), std::move(who), request);
}

} // namespace weft::actors
