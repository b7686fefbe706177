// The only writer of state.
#pragma once

#include "storage/record.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <span>

namespace weft::storage {

/// Applies committed entries of any number of shards to the state, in one batch that also stores
/// each shard's applied index. Entries at or below a shard's applied index are skipped, so that
/// replaying is harmless. Not written through the write-ahead log: it is replayed from the shard
/// log. One thread at a time.
class applier {
public:
  explicit applier(store& where);
  ~applier();

  result<void> apply(std::span<const log_entry> entries);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weft::storage
