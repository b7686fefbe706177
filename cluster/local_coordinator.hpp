// The coordinator of a node that is alone: the node itself.
#pragma once

#include "cluster/coordinator.hpp"
#include "storage/shard_log.hpp"
#include "storage/writer.hpp"

#include <mutex>

namespace weft::cluster {

/// Keeps the facts in the node's own store, as the hard states of its shards. The map it finds has
/// no leaders; every start claims its shards anew and so raises their epochs.
class local_coordinator final : public coordinator {
public:
  /// `found` is where the shards stand on this disk, in order. The writer outlives this object, and
  /// this object outlives what the writer has been given.
  local_coordinator(node_no self, const std::vector<storage::shard_position>& found,
                    storage::writer& writer);

  shard_map_ptr map() const override;
  void claim_shards(std::vector<claim> claims, claimed told) override;
  void change_in_sync(shard_id shard, epoch leading, std::vector<node_no> in_sync,
                      changed told) override;

private:
  void finish(std::vector<claim_outcome> outcomes, const result<void>& written,
              const claimed& told);

  node_no self_;
  storage::writer& writer_;
  mutable std::mutex mutex_;
  shard_map_ptr map_;
};

} // namespace weft::cluster
