// The catalogue of cluster's own actors. One sentence for each message.
#pragma once

#include "actors/interfaces.hpp"
#include "cluster/coordinator.hpp"
#include "cluster/presence/presence_messages.hpp"
#include "storage/record.hpp"
#include "storage/result.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <future>
#include <memory>
#include <optional>
#include <vector>

namespace weft::cluster {

/// Records for a shard's log, in order. An empty `owner` is told nothing: whoever appends so sees
/// the outcome in the log.
struct append_request {
  shard_id shard;
  actors::appender_actor owner;
  std::vector<storage::record> records;
};

/// Claim every shard. `opened` is kept once: by success when all serve, or by what prevents it.
struct open_request {
  std::shared_ptr<std::promise<result<void>>> opened;
};

/// Take no more appends, for the reason `why`; `drained` is kept when nothing is pending.
struct drain_request {
  error why;
  std::shared_ptr<std::promise<void>> drained;
};

/// The coordinator has decided claims.
struct claims_decided {
  std::vector<claim_outcome> outcomes;
};

/// The writer has done with the batch in flight.
struct batch_written {
  std::optional<error> failure;
};

/// Entries that are committed and applied.
struct entries_committed {
  storage::entries_ptr entries;
};

} // namespace weft::cluster

CAF_BEGIN_TYPE_ID_BLOCK(weft_cluster, weft_actors::end)
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::append_request))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::open_request))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::drain_request))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::claims_decided))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::batch_written))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::entries_committed))
CAF_ADD_TYPE_ID(weft_cluster, (weft::actors::touch_committed))
CAF_ADD_TYPE_ID(weft_cluster, (weft::cluster::presence_answer))
CAF_END_TYPE_ID_BLOCK(weft_cluster)

// None of these ever leaves the process: between nodes travels one batch of bytes.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::append_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::open_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::drain_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::claims_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::batch_written)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::entries_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::touch_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::presence_answer)

namespace weft::cluster {

/// The SHARD HOST: runs the replicas of all shards of this node. One per node, on a thread of its
/// own, since applying blocks on the disk.
using shard_host_actor = caf::typed_actor<
    /// Appends records; the owner hears `committed` or `lost`.
    caf::reacts_to<append_request>,
    /// Claims all shards and opens them.
    caf::reacts_to<open_request>,
    /// Refuses what comes, ends what is pending.
    caf::reacts_to<drain_request>,
    /// INTERNAL: from the coordinator.
    caf::reacts_to<claims_decided>,
    /// INTERNAL: from the writer.
    caf::reacts_to<batch_written>,
    /// INTERNAL: tries again to open what a full disk kept from opening.
    caf::reacts_to<caf::tick_atom>>;

/// The TOUCH RELAY: tells the inboxes which threads have news. One per node.
using touch_relay_actor = caf::typed_actor<
    /// Collects what has news.
    caf::reacts_to<entries_committed>,
    /// A user's shard has committed a touch.
    caf::reacts_to<actors::touch_committed>,
    /// INTERNAL: what the read pool found; the closure runs on the actor.
    caf::reacts_to<actors::continuation>,
    /// INTERNAL: sends what was collected.
    caf::reacts_to<caf::tick_atom>>;

/// The PRESENCE POLLER: asks the shards for the users that this node's users watch. One per node.
using presence_poller_actor = caf::typed_actor<
    /// A shard tells what has changed.
    caf::reacts_to<presence_answer>,
    /// INTERNAL: asks.
    caf::reacts_to<caf::tick_atom>>;

} // namespace weft::cluster
