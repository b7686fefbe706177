// What goes into a replica's core and what comes out of it.
#pragma once

#include "actors/messages/address.hpp"
#include "storage/error.hpp"
#include "storage/ids.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace weft::cluster::replication {

using actors::node_no;

// -- events -------------------------------------------------------------------------------------

/// The store was opened. `committed` is what is known to be on every in-sync replica: all of the
/// log when this replica is the only one.
struct recovered {
  weft::epoch epoch;
  log_index last;
  log_index committed;
};

/// This replica leads from now on. `in_sync` names the replicas whose logs are complete, itself
/// among them.
struct elected {
  weft::epoch epoch;
  std::vector<node_no> in_sync;
};

/// What kept the first entry of the epoch from being written may be over: try again.
struct reopened {};

/// What an entry is for.
enum class entry_kind : std::uint8_t {
  /// `EpochStarted`, the first entry of an epoch.
  epoch_start,
  /// A record of the chat domain.
  domain,
};

/// The owner of the log is about to write `count` records.
struct proposed {
  std::uint32_t count = 0;
  entry_kind kind = entry_kind::domain;
};

/// Everything up to here is on this node's stable storage.
struct persisted {
  log_index upto;
};

/// What was appended after the last `persisted` could not be written. `nothing_written`: it is
/// certainly not in the log, and its places are free again. `unknown_retry_same_id`: nobody knows,
/// and this node writes no more.
struct persist_failed {
  outcome written;
};

/// A follower has everything up to here on its stable storage.
struct acked {
  node_no from;
  weft::epoch epoch;
  log_index upto;
};

/// Another replica leads in a higher epoch.
struct deposed {
  weft::epoch epoch;
};

using event =
    std::variant<recovered, elected, reopened, proposed, persisted, persist_failed, acked, deposed>;

// -- effects ------------------------------------------------------------------------------------

/// Where a replica stands.
///
///     following --elected--> opening --all of its log committed--> serving
///         ^                     |                                     |
///         +------ deposed ------+-------------------------------------+
///                                     persist_failed (unknown) ----> failed
enum class role : std::uint8_t {
  /// It leads nothing; it may read out what is committed.
  following,
  /// It leads, and waits until everything in its log at its election is committed and applied.
  opening,
  /// It leads and takes records of the domain.
  serving,
  /// Its node can write no more.
  failed,
};

/// Places for a proposal.
struct placement {
  log_index first;
  weft::epoch epoch;
};

/// What the caller must do, in the order of the members.
struct effects {
  /// The role is another one now.
  std::optional<role> entered;
  /// Propose `EpochStarted` of this epoch as soon as the writer takes it.
  std::optional<weft::epoch> start;
  /// Answer to `proposed`: write the records here.
  std::optional<placement> append;
  /// Answer to `proposed`: they were refused, nothing was or will be written.
  std::optional<errc> refuse;
  /// Everything above this was given up; the places will be used again.
  std::optional<log_index> cut;
  /// Everything up to here is committed: apply it, then tell the owners.
  std::optional<log_index> commit;
};

} // namespace weft::cluster::replication
