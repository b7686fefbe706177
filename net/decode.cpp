#include "net/decode.hpp"

#include "net/decode_presence.hpp"
#include "net/decode_requests.hpp"
#include "net/decode_sign_in.hpp"
#include "net/proto/weft.pb.h"

namespace weft::net {

namespace {

/// Room for the messages of one frame, strings excepted: parsing allocates nothing else.
constexpr std::size_t block_bytes = 16u << 10;

google::protobuf::ArenaOptions arena_in(char* block) {
  google::protobuf::ArenaOptions out;
  out.initial_block = block;
  out.initial_block_size = block_bytes;
  return out;
}

} // namespace

client_decoder::client_decoder(const actors::limits& limits)
    : limits_(limits), block_(std::make_unique<char[]>(block_bytes)),
      arena_(arena_in(block_.get())) {}

client_decoder::~client_decoder() = default;

client_message client_decoder::decode(std::string_view payload, actors::session_requests& turn) {
  arena_.Reset();
  auto* frame = google::protobuf::Arena::CreateMessage<ClientFrame>(&arena_);
  if (!frame->ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return unreadable{};
  return take(*frame, turn);
}

client_message client_decoder::take(ClientFrame& frame, actors::session_requests& turn) const {
  using kind = ClientFrame::WhatCase;
  auto request = frame.request_id();
  if (frame.what_case() == kind::kDelivered)
    return take_reports(request, frame.delivered(), limits_, turn);
  if (request == 0)
    return refused{0, bad_request("request_id is missing")};
  switch (frame.what_case()) {
  case kind::kHello:
    return hello_asked{request, frame.hello().version_min(), frame.hello().version_max(),
                       std::move(*frame.mutable_hello()->mutable_software()),
                       frame.hello().woken_by_push()};
  case kind::kRegister:
    return take_sign_in(request, *frame.mutable_register_(), limits_);
  case kind::kLogin:
    return take_sign_in(request, *frame.mutable_login(), limits_);
  case kind::kResume:
    return take_sign_in(request, *frame.mutable_resume(), limits_);
  case kind::kHeartbeat:
    return take_heartbeat(request, frame.heartbeat());
  case kind::kStatus:
    return status_asked{request};
  case kind::kLocate:
    return locate_asked{request};
  case kind::kLogout:
    turn.emplace_back(actors::sign_out_request{request});
    return request_decoded{request, 0};
  case kind::kSend:
    return take_request(request, *frame.mutable_send(), limits_, turn);
  case kind::kHistory:
    return take_request(request, frame.history(), limits_, turn);
  case kind::kInbox:
    return take_request(request, frame.inbox(), limits_, turn);
  case kind::kMarkRead:
    return take_request(request, frame.mark_read(), turn);
  case kind::kFindUser:
    return take_request(request, frame.find_user(), turn);
  case kind::kPresence:
    return take_request(request, frame.presence(), limits_, turn);
  default:
    break;
  }
  return refused{request, bad_request("the server does not know this kind of request")};
}

} // namespace weft::net
