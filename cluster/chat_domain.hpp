// What the chat domain runs on: the tables of its actors, the router, the ledger, the pools.
#pragma once

#include "actors/domain.hpp"
#include "actors/read_service.hpp"
#include "cluster/presence/presence_desk.hpp"
#include "cluster/registry.hpp"
#include "cluster/router.hpp"
#include "cluster/session_table.hpp"
#include "cluster/shard_ledger.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace weft::cluster {

/// Sizes of the chat domain of one node.
struct chat_domain_options {
  actors::limits limits;
  /// Reads block on the disk, not on the processor: more threads than cores are of use.
  std::size_t read_threads = 4;
  /// In each of the two lanes.
  std::size_t reads_waiting_max = 4096;
  /// A hash takes tens of milliseconds of one core, and 19 MiB.
  std::size_t hashing_threads = 2;
  std::size_t hashes_waiting_max = 256;
  /// Threads, and users, that are active at a time: 1.3 KB each, and what they remember.
  std::size_t active_threads_max = 1'000'000;
  std::size_t active_users_max = 1'000'000;
};

/// Makes and ends the actors of the domain, and everything that they are given.
class chat_domain {
public:
  /// The references outlive the domain, `host` its actors.
  chat_domain(caf::actor_system& system, const chat_domain_options& options, node_no self,
              const storage::store& store, const shard_board& board, shard_host_actor host);

  const actors::domain& env() const { return env_; }
  session_table& sessions() { return sessions_; }
  cluster::router& router() { return router_; }
  presence_cache& presence() { return presence_; }
  presence_desk& desk() { return desk_; }

  std::size_t sessions_live() const { return sessions_.size(); }
  std::size_t threads_active() const { return threads_.active(); }
  std::size_t users_active() const { return users_.active(); }

  /// Ends the actors of the domain once they have handled what was sent to them, then the sessions;
  /// each may take as long as `limit`. The router is closed, and nothing is pending, before.
  void end(std::chrono::milliseconds limit);

private:
  bool wait_for_actors(std::chrono::milliseconds limit) const;

  caf::actor_system& system_;
  last_seen_book seen_;
  registry registry_;
  presence_cache presence_;
  session_table sessions_;
  thread_table threads_;
  user_table users_;
  accounts_table accounts_;
  shard_ledger ledger_;
  // These refer to one another, and to the pools, whose threads end before the rest goes.
  actors::domain env_;
  actors::read_service service_;
  read_gate gate_;
  presence_desk desk_;
  cluster::router router_;
  actors::blocking_pool reads_;
  actors::blocking_pool hashing_;
};

} // namespace weft::cluster
