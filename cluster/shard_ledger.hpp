// The one implementation of the ledger.
#pragma once

#include "actors/ledger.hpp"
#include "cluster/interfaces.hpp"

namespace weft::cluster {

/// Hands appends to the shard host of this node: actors that append work on shards led here.
class shard_ledger final : public actors::ledger {
public:
  shard_ledger(shard_host_actor host, std::uint32_t shard_count);

  /// An empty `owner` is told nothing: it sees the outcome in the log.
  void append(shard_id shard, const actors::appender_actor& owner,
              std::vector<storage::record> records) override;
  shard_id shard_of(slot where) const override;

private:
  shard_host_actor host_;
  std::uint32_t shard_count_;
};

} // namespace weft::cluster
