// Ending actors from outside of them.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <vector>

namespace weft::cluster {

/// Asks actors to end once they have handled what was sent to them before, and waits until they
/// have; false when `limit` passed without one of them ending. Not for use on an actor's thread.
template <class Handle>
bool end_actors(caf::actor_system& system, const std::vector<Handle>& actors,
                std::chrono::milliseconds limit) {
  caf::scoped_actor waiting{system};
  for (const auto& each : actors) {
    waiting->monitor(each);
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  }
  bool in_time = true;
  for (std::size_t i = 0; i < actors.size() && in_time; ++i)
    waiting->receive([](const caf::down_msg&) {}, caf::after(limit) >> [&] { in_time = false; });
  return in_time;
}

} // namespace weft::cluster
