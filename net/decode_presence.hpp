// Decodes what concerns presence: heartbeats, and asking for it.
#pragma once

#include "net/decode.hpp"
#include "net/proto/weft.pb.h"

namespace weft::net {

client_message take_heartbeat(std::uint64_t request, const Heartbeat& from);
client_message take_request(std::uint64_t request, const PresenceRequest& from,
                            const actors::limits& limits, actors::session_requests& turn);

} // namespace weft::net
