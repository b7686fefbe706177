// Port: append a decided record to a shard and be told when it is committed.
#pragma once

#include "actors/interfaces.hpp"
#include "storage/record.hpp"

#include <vector>

namespace weft::actors {

/// The node's one way into the replicated logs. Implemented by cluster; there is exactly one
/// implementation outside tests. Never blocks; safe for use by several threads.
class ledger {
public:
  virtual ~ledger() = default;

  /// Appends records of one owner to one shard, in order. Each record counts once in the
  /// `committed` messages that the owner gets; a `lost` message ends them all. An empty `owner` is
  /// told nothing, and what it appends may be refused without a word: whoever appends so sees the
  /// outcome in the log (the touch relay), and appends again what does not appear there.
  virtual void append(shard_id shard, const appender_actor& owner,
                      std::vector<storage::record> records) = 0;

  /// The shard that leads a slot, for `append`.
  virtual shard_id shard_of(slot where) const = 0;
};

} // namespace weft::actors
