// The status of this node, as `weftctl` and HTTP show it.
#pragma once

#include "net/proto/weft.pb.h"
#include "net/server_context.hpp"

namespace weft::net {

/// What the status source says, with the server's own counters in its first node.
Status describe(const server_context& shared);

} // namespace weft::net
