// What every domain actor of a node is given.
#pragma once

#include "actors/blocking_pool.hpp"
#include "actors/ledger.hpp"
#include "actors/limits.hpp"
#include "actors/router.hpp"
#include "storage/store.hpp"

namespace weft::actors {

/// References that outlive every actor; one per node, made by cluster's node.
struct domain {
  const storage::store& store;
  actors::router& router;
  actors::ledger& ledger;
  /// Reads of the store: what actors need in the preferred lane, what clients read in the other.
  blocking_pool& reads;
  /// Argon2id, kept apart so that a flood of logins does not slow history down.
  blocking_pool& hashing;
  actors::limits limits;
};

} // namespace weft::actors
