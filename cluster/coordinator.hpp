// Port: where the facts of the cluster live.
#pragma once

#include "cluster/shard_map.hpp"
#include "storage/error.hpp"

#include <functional>
#include <vector>

namespace weft::cluster {

/// How a transaction ended.
enum class transaction {
  /// It took effect.
  done,
  /// It did not and will not: the facts were others than it assumed, or it could not be tried.
  refused,
  /// It may have taken effect or may still: nobody may rely on either.
  unknown,
};

/// Asks for the leadership of a shard. The epoch is raised above `seen`, unless it has moved.
struct claim {
  shard_id shard;
  epoch seen;
};

/// What became of a claim.
struct claim_outcome {
  shard_id shard;
  transaction how = transaction::refused;
  /// `done`: the shard with its new epoch, this node its leader. `refused`: as it is.
  shard_assignment now;
  /// Why it was not done.
  error why;
};

/// What became of a change of an in-sync set.
struct in_sync_outcome {
  transaction how = transaction::refused;
  shard_assignment now;
  error why;
};

/// Decides by transactions who leads a shard and which copies count. Nothing per message passes
/// here. Implemented by the node itself when it is alone (`local_coordinator`) and by etcd in a
/// cluster. Safe for use by several threads; never blocks: outcomes come on a thread of the
/// implementation, maybe before the call returns.
class coordinator {
public:
  using claimed = std::function<void(std::vector<claim_outcome>)>;
  using changed = std::function<void(in_sync_outcome)>;

  virtual ~coordinator() = default;

  /// The newest version known here.
  virtual shard_map_ptr map() const = 0;

  /// Claims shards for this node, all in few transactions. What is told `done` is durable. A claim
  /// whose outcome is `unknown` may be repeated.
  virtual void claim_shards(std::vector<claim> claims, claimed told) = 0;

  /// Replaces the in-sync set of a shard that this node leads in the epoch `leading`. Until the
  /// outcome is known, and for ever when it is `unknown`, commits need the old and the new set.
  virtual void change_in_sync(shard_id shard, epoch leading, std::vector<node_no> in_sync,
                              changed told) = 0;
};

} // namespace weft::cluster
