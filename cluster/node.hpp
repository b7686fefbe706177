// One node: everything below the network, put together.
#pragma once

#include "actors/presence_view.hpp"
#include "cluster/chat_domain.hpp"
#include "cluster/replica_set.hpp"
#include "cluster/shard_map.hpp"
#include "storage/store.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::cluster {

/// How to run a node.
struct node_options {
  storage::store_options store;
  /// For people: shown in status.
  std::string name = "node-1";
  chat_domain_options domain;
  replica_set_limits appends;
  /// How long opening may wait for the first commit of every shard.
  std::chrono::milliseconds open_within{30'000};
  /// How long each step of stopping may take.
  std::chrono::milliseconds stop_step_within{5'000};
};

/// What a node is able to do.
enum class node_state {
  serving,
  /// Reads go on, writes are refused: the disk is full, or a write or sync has failed.
  read_only,
  stopping,
};

std::string_view to_string(node_state state);

/// Where one shard stands.
struct shard_status {
  shard_id shard;
  shard_assignment assignment;
  log_index last;
  log_index committed;
};

/// Where a node stands.
struct node_status {
  node_no number;
  std::string name;
  store_id store;
  node_state state = node_state::serving;
  std::chrono::milliseconds uptime{};
  std::uint64_t sessions = 0;
  std::uint64_t threads_active = 0;
  std::uint64_t users_active = 0;
  /// Log entries committed since the node was started.
  std::uint64_t appended = 0;
  std::vector<shard_status> shards;
  /// Shards with fewer complete copies than replicas.
  std::uint32_t under_replicated = 0;
};

/// Opens the store, applies what the logs hold beyond the state, leads every shard, and runs the
/// chat domain on it. A node is a cluster of one: it goes the same way through coordinator,
/// replicas, ledger and router as one of many.
///
/// A full disk does not keep a node from opening: it is `read_only` until there is room.
class node {
public:
  /// `system` outlives the node. Errors are those of `storage::store::open`, `corrupt` when a log
  /// contradicts itself, and `timeout`. Blocks while it recovers.
  static result<std::unique_ptr<node>> open(caf::actor_system& system, node_options options);
  /// Stops first.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// For spawning sessions. Valid as long as the node.
  const actors::domain& domain() const;
  actors::sessions& sessions();
  /// What heartbeats are answered with. Valid as long as the node.
  const actors::presence_view& presence() const;

  /// A snapshot for people and monitoring; cheap. Safe for use by several threads.
  node_status status() const;

  /// Ends in order: refuses what comes, commits and answers what is pending, ends the domain's
  /// actors and then the sessions, flushes the store. Whoever spawns sessions has stopped before.
  /// Every step has a limit. Stopping again does nothing; one thread at a time.
  void stop();

private:
  struct impl;
  explicit node(std::unique_ptr<impl> parts);
  std::unique_ptr<impl> impl_;
};

} // namespace weft::cluster
