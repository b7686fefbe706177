// The SHARD HOST: the shell around the replicas of all shards of the node.
#pragma once

#include "actors/resilience.hpp"
#include "cluster/interfaces.hpp"
#include "cluster/replica_set.hpp"
#include "cluster/shard_board.hpp"
#include "storage/apply.hpp"
#include "storage/writer.hpp"

#include <caf/fwd.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace weft::cluster {

/// What a shard host works with. The references outlive it.
struct shard_host_parts {
  node_no self;
  /// Where the shards stand, in order; everything in their logs has been applied.
  std::vector<storage::shard_position> positions;
  cluster::coordinator& coordinator;
  storage::writer& writer;
  storage::applier& applier;
  shard_board& board;
  /// Gets every committed entry, once applied, on the host's thread.
  std::function<void(const storage::entries_ptr&)> committed;
  replica_set_limits limits;
  /// How soon to try again when a full disk kept shards from opening.
  std::chrono::milliseconds reopen_every{1'000};
};

/// Turns what `replica_set` decides into writes and messages. A round: the batch in flight is
/// durable; the next one, gathered meanwhile, goes to the writer; what is committed now is applied;
/// then its owners are told, one message each, and the touch relay.
class shard_host_state {
public:
  static inline const char* name = "shard_host";

  explicit shard_host_state(shard_host_actor::pointer self) : self_(self) {}

  void start(shard_host_parts parts);

  void on_append(append_request& what);
  void on_open(open_request& what);
  void on_drain(drain_request& what);
  void on_claims(const claims_decided& what);
  void on_written(const batch_written& what);
  void on_tick();
  void on_down(const caf::down_msg& what);

private:
  void claim_all();
  void submit();
  void apply(const std::vector<storage::entries_ptr>& committed);
  void fail(const error& why);
  void note_refused(const error& why);
  void note_taken();
  bool has_failed() const { return parts_->board.writes() == write_state::failed; }
  /// Publishes, tells the owners, and keeps the promises that can be kept.
  void end_turn();
  void tell_owners();
  void keep_promises();
  bool all_serve() const;

  shard_host_actor::pointer self_;
  std::optional<shard_host_parts> parts_;
  std::optional<replica_set> replicas_;
  /// Handles of the owners in the slots of `replicas_`.
  std::vector<actors::appender_actor> owners_;
  std::shared_ptr<std::promise<result<void>>> opened_;
  std::shared_ptr<std::promise<void>> drained_;
  /// What prevents opening, if anything.
  std::optional<error> prevented_;
};

shard_host_actor::behavior_type
shard_host(shard_host_actor::stateful_pointer<shard_host_state> self, shard_host_parts parts);

/// Starts the host on a thread of its own. It does nothing before its `open_request`.
shard_host_actor spawn_shard_host(caf::actor_system& system, shard_host_parts parts);

} // namespace weft::cluster
