// The PRESENCE POLLER: asks the shards for the users that this node's users watch.
#pragma once

#include "cluster/interfaces.hpp"
#include "cluster/presence/presence_desk.hpp"
#include "cluster/presence/presence_rounds.hpp"
#include "cluster/router.hpp"

#include <caf/fwd.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <optional>

namespace weft::cluster {

/// What a poller works with. The references outlive it.
struct presence_poller_parts {
  presence_cache& cache;
  presence_desk& desk;
  cluster::router& router;
  actors::limits limits;
};

/// The shell of `presence_rounds`. Also has the desk write when users were last seen.
class presence_poller_state {
public:
  static inline const char* name = "presence_poller";

  explicit presence_poller_state(presence_poller_actor::pointer self) : self_(self) {}

  void start(presence_poller_parts parts);

  void on_answer(const presence_answer& what);
  void on_tick();

private:
  void send(std::vector<presence_question> questions);

  presence_poller_actor::pointer self_;
  std::optional<presence_poller_parts> parts_;
  std::optional<presence_rounds> rounds_;
  caf::actor_clock::time_point written_;
};

presence_poller_actor::behavior_type
presence_poller(presence_poller_actor::stateful_pointer<presence_poller_state> self,
                presence_poller_parts parts);

/// Starts the poller. It works from its first `tick_atom` on.
presence_poller_actor spawn_presence_poller(caf::actor_system& system, presence_poller_parts parts);

} // namespace weft::cluster
