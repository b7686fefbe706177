// The status of this node, as `weftctl` and HTTP show it.
#pragma once

#include "net/proto/weft.pb.h"
#include "net/server_context.hpp"

namespace weft::net {

/// What the status source says, and in its first node what only the server knows: its address, its
/// counters, and that it stops.
Status describe(const server_context& shared);

} // namespace weft::net
