// The replicas of all shards of the node, as one: gathers appends into batches, one for the whole
// node at a time. See docs/decisions/0003-one-shard-host.md.
#pragma once

#include "cluster/owner_table.hpp"
#include "cluster/replication/replica.hpp"
#include "storage/shard_log.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace weft::cluster {

using actors::node_no;

/// Bounds of what is pending: records that have no outcome yet. A session has at most 128 requests
/// under way, so that this is a node's worth of busy sessions; in bytes it is what the admission
/// at the gateway lets in.
struct replica_set_limits {
  std::size_t pending_records_max = 64u << 10;
  std::size_t pending_bytes_max = 256u << 20;
  /// Bytes of one batch, which is one write, one sync and one apply: what a crash leaves to replay
  /// exceeds its bound by at most this. Bounds the records too, as each counts some 200 bytes.
  std::size_t batch_bytes_max = 4u << 20;
};

/// Decides what the shard host does. CAF-free and disk-free; one thread at a time.
///
///     append ──> gathered ──next_batch──> in flight ──persisted──> written ──> committed
///                   ^                         │
///                   └── the rest ── refused ──┘
///
/// An append stays in one batch, unless it is larger than a batch may be. Entries get their places
/// when their batch is written, so that places refused by a full disk are used again and no log has
/// a hole.
class replica_set {
public:
  replica_set(node_no self, std::span<const storage::shard_position> recovered,
              const replica_set_limits& limits = {});

  // -- leadership -------------------------------------------------------------------------------

  /// This node leads the shard now: its first entry of the epoch goes into the next batch.
  void elect(shard_id shard, epoch in, std::vector<node_no> in_sync);
  /// Tries again to open what a full disk kept from opening.
  void reopen();
  /// Refuses every append from now on; what is pending goes on.
  void close(error why);

  // -- appends ----------------------------------------------------------------------------------

  /// Takes records of an owner (a number never reused; 0 is told nothing). Gives the slot by which
  /// `take_notices` names him; `nobody` when there is nothing to tell: for owner 0, and for records
  /// that are dropped because an earlier append of their owner was refused.
  owner_table::slot append(std::uint64_t owner, shard_id shard,
                           std::vector<storage::record>& records);
  /// The owner is gone.
  void forget(std::uint64_t owner) { owners_.forget(owner); }

  // -- the writer -------------------------------------------------------------------------------

  /// What to write next; null while a batch is in flight and when there is nothing.
  storage::entries_ptr next_batch();
  /// The batch in flight is on stable storage. Gives what is committed by that, in order: to be
  /// applied, and then `applied`.
  std::vector<storage::entries_ptr> persisted();
  /// What `persisted` gave is applied: its owners are told.
  void applied();
  /// The batch in flight was not written: its owners lose what is in it and what they appended
  /// since; what they appended before, and the others, go on. Gives what `persisted` gives.
  std::vector<storage::entries_ptr> refused(const error& why);
  /// Nothing can be written any more, and what is in flight may have been.
  void failed(const error& why);

  /// What to tell owners since the last call.
  std::vector<owner_table::notice> take_notices() { return owners_.take_notices(); }

  // -- inspectors -------------------------------------------------------------------------------

  const replication::replica& operator[](shard_id which) const { return replicas_[which.value]; }
  std::uint32_t shard_count() const { return static_cast<std::uint32_t>(replicas_.size()); }
  std::size_t pending_records() const { return pending_records_; }
  /// Shards whose role or position changed since the last call, each once.
  std::vector<shard_id> take_changed();

private:
  /// Consecutive records of one owner for one shard.
  struct proposal {
    shard_id shard;
    replication::entry_kind kind = replication::entry_kind::domain;
    owner_table::slot owner = owner_table::nobody;
    std::uint32_t count = 0;
  };

  struct batch {
    std::shared_ptr<std::vector<storage::log_entry>> entries;
    std::vector<proposal> proposals;
    /// The shards in it, each once, with their last entry.
    std::vector<std::pair<shard_id, log_index>> ends;
    std::size_t bytes = 0;
  };

  void gather(proposal what, std::vector<storage::record>& records, std::size_t bytes);
  /// Whether the youngest batch takes so many more bytes.
  bool has_room(std::size_t bytes) const;
  void open_batch();
  void step(shard_id shard, const replication::event& what);
  void number(batch& what);
  /// The owners of a batch lose what they have in it.
  void lose(const batch& what, const error& why);
  /// Drops what owners that lost something appended since.
  void drop_gathered_of_losers(const error& why);
  /// Hands out what is committed of what is written, in order.
  std::vector<storage::entries_ptr> release();
  bool is_committed(const batch& what) const;
  void settle(const batch& what);
  void note(shard_id shard);
  std::optional<error> reason_to_refuse(shard_id shard, std::size_t records,
                                        std::size_t bytes) const;

  replica_set_limits limits_;
  std::vector<replication::replica> replicas_;
  owner_table owners_;
  std::optional<error> closed_;

  /// The oldest goes to the writer next, the youngest takes what comes; none is empty.
  std::deque<batch> gathered_;
  std::optional<batch> in_flight_;
  /// On stable storage here, not yet everywhere it must be.
  std::deque<batch> written_;
  /// Committed, and being applied.
  std::vector<batch> applying_;
  std::size_t pending_records_ = 0;
  std::size_t pending_bytes_ = 0;

  std::vector<shard_id> changed_;
  std::vector<bool> is_changed_;
  /// Where in `ends` of the batch being numbered a shard stands, if that entry names the shard.
  std::vector<std::uint32_t> end_of_;
};

} // namespace weft::cluster
