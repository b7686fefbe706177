// Asking once for the presence of anybody.
#pragma once

#include "actors/messages/address.hpp"
#include "actors/presence.hpp"

#include <cstdint>
#include <vector>

namespace weft::actors {

/// A client asks its SESSION.
struct presence_request {
  std::uint64_t request = 0;
  std::vector<user_id> users;
};

/// A session asks the leader of a shard for users of that shard; answered by `presence_read`.
struct look_up_presence {
  request_ref ref;
  user_id viewer;
  std::vector<user_id> users;
};

/// Reply: the users asked for, as the viewer sees them, in no order. The session puts the answers
/// of the shards together before the client gets it.
struct presence_read {
  std::uint64_t request = 0;
  std::vector<user_presence> users;
};

} // namespace weft::actors
