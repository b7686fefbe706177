// Decodes what a client asks of its session.
#pragma once

#include "net/decode.hpp"
#include "net/decode_fields.hpp"
#include "net/proto/weft.pb.h"

namespace weft::net {

/// Events of a history page and rows of an inbox page when the client names no limit.
inline constexpr std::size_t page_default = 50;

client_message take_request(std::uint64_t request, Send& from, const actors::limits& limits,
                            actors::session_requests& turn);
client_message take_request(std::uint64_t request, const HistoryRequest& from,
                            const actors::limits& limits, actors::session_requests& turn);
client_message take_request(std::uint64_t request, const InboxRequest& from,
                            const actors::limits& limits, actors::session_requests& turn);
client_message take_request(std::uint64_t request, const MarkRead& from,
                            actors::session_requests& turn);
client_message take_request(std::uint64_t request, const FindUser& from,
                            actors::session_requests& turn);
client_message take_reports(std::uint64_t request, const Delivered& from,
                            const actors::limits& limits, actors::session_requests& turn);

} // namespace weft::net
