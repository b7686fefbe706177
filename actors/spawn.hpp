// How the other layers start the actors of the chat domain.
#pragma once

#include "actors/activation.hpp"
#include "actors/domain.hpp"
#include "actors/interfaces.hpp"
#include "actors/outlet.hpp"
#include "actors/sessions.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace weft::actors {

/// Starts the THREAD of an id. It loads itself, serves, and leaves through `entry`.
thread_actor spawn_thread(caf::actor_system& system, const domain& env, const thread_id& thread,
                          std::shared_ptr<activation> entry);

/// Starts the USER of an id.
user_actor spawn_user(caf::actor_system& system, const domain& env, user_id user,
                      std::shared_ptr<activation> entry);

/// Starts the ACCOUNTS of a shard.
accounts_actor spawn_accounts(caf::actor_system& system, const domain& env, shard_id shard,
                              std::shared_ptr<activation> entry);

/// Starts the SESSION of a connection; it signs in first. `request` is the number of the client's
/// sign-in request.
session_actor spawn_session(caf::actor_system& system, const domain& env, sessions& table,
                            std::shared_ptr<outlet> client, credentials who, std::uint64_t request);

} // namespace weft::actors
