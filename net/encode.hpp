// What the server says, as frames: session notices and the connection's own answers.
#pragma once

#include "actors/messages.hpp"
#include "actors/presence_view.hpp"
#include "net/byte_buffer.hpp"
#include "net/proto/weft.pb.h"

#include <cstdint>
#include <string_view>

namespace weft::net {

// Each function appends one whole ServerFrame to `out`. Events are spliced: their stored bytes are
// copied as they are. Nothing is allocated beyond the room in `out`, but for Hello, Status and
// Locate, which are rare and leave the work to protobuf.

/// The request that a notice answers; 0 when it is a push.
std::uint64_t request_of(const actors::session_notice& notice);

/// A reply or a push. Appends nothing for notices that concern the session alone
/// (`last_event_read`, `inbox_moved`, `session_ended`).
void encode_notice(byte_buffer& out, const actors::session_notice& notice);

void encode_heartbeat_ack(byte_buffer& out, std::uint64_t request, inbox_version version,
                          const actors::presence_changes& presence);
void encode_error(byte_buffer& out, std::uint64_t request, const error& why);
void encode_lagging(byte_buffer& out, inbox_version version);
/// The last frame of a connection.
void encode_closing(byte_buffer& out, const error& why);

void encode_hello(byte_buffer& out, std::uint64_t request, const Hello& hello);
void encode_status(byte_buffer& out, std::uint64_t request, const Status& status);
void encode_locate(byte_buffer& out, std::uint64_t request, std::string_view address);

} // namespace weft::net
