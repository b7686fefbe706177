// Addresses: how a message says where it goes and where its reply goes.
#pragma once

#include "storage/ids.hpp"

namespace weft::actors {

/// A node as the shard map numbers it; 1 when it is alone.
using node_no = id<struct node_tag, std::uint32_t>;

/// Where a session lives.
struct session_address {
  node_no node;
  session_no session;
  auto operator<=>(const session_address&) const = default;
};

/// Where the reply to a request goes. `request` is the number the client gave it.
struct request_ref {
  session_address session;
  std::uint64_t request = 0;
};

} // namespace weft::actors
