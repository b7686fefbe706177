// The core of a shard's replica: decides, does nothing.
#pragma once

#include "cluster/replication/types.hpp"

namespace weft::cluster::replication {

/// One replica of one shard, after the in-sync-set school (PacificA; Kafka since its leader
/// epochs): an entry is committed once every in-sync replica has it on stable storage. Alone, that
/// set is the node itself. Pure: no clock, no disk, no messages; the same events give the same
/// effects.
class replica {
public:
  explicit replica(node_no self) : self_(self) {}

  effects step(const event& what);

  // -- inspectors -------------------------------------------------------------------------------

  role current_role() const { return role_; }
  weft::epoch current_epoch() const { return epoch_; }
  /// The last place given out; what lies above `persisted` may still be lost.
  log_index last() const { return last_; }
  /// Everything up to here is on this node's stable storage.
  log_index persisted_upto() const { return persisted_; }
  log_index committed() const { return committed_; }

private:
  /// How far an in-sync replica other than this one has come.
  struct progress {
    node_no node;
    log_index acked;
  };

  effects on(const recovered& what);
  effects on(const elected& what);
  effects on(const reopened& what);
  effects on(const proposed& what);
  effects on(const persisted& what);
  effects on(const persist_failed& what);
  effects on(const acked& what);
  effects on(const deposed& what);

  void enter(role next, effects& out);
  /// Commits what every in-sync replica has.
  void advance(effects& out);
  bool leads() const { return role_ == role::opening || role_ == role::serving; }

  node_no self_;
  role role_ = role::following;
  weft::epoch epoch_;
  log_index last_;
  log_index persisted_;
  log_index committed_;
  /// The place of this epoch's first entry: nothing counts as committed by this leader below it.
  log_index opens_at_;
  /// `EpochStarted` has been asked for or is under way.
  bool start_asked_ = false;
  std::vector<progress> followers_;
};

} // namespace weft::cluster::replication
