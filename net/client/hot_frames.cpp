#include "net/client/hot_frames.hpp"

#include "net/client/frame_length.hpp"
#include "net/proto/weft.pb.h"

namespace weft::net::client {
namespace {

using wire::layout;
using wire::reader;

bool read_message(std::string_view encoded, event_view& out) {
  reader fields(encoded);
  while (fields.next()) {
    if (fields.is(Message::kContentTypeFieldNumber, layout::bytes))
      out.content_type = fields.bytes();
    else if (fields.is(Message::kBodyFieldNumber, layout::bytes))
      out.body = fields.bytes();
  }
  return !fields.failed();
}

bool read_ack(std::string_view encoded, ack_view& out) {
  reader fields(encoded);
  while (fields.next()) {
    if (fields.is(Ack::kThreadFieldNumber, layout::bytes))
      out.thread = fields.bytes();
    else if (fields.is(Ack::kSeqFieldNumber, layout::varint))
      out.seq = fields.number();
    else if (fields.is(Ack::kOrdinalFieldNumber, layout::varint))
      out.ordinal = fields.number();
    else if (fields.is(Ack::kTimeMsFieldNumber, layout::varint))
      out.time_ms = fields.number();
    else if (fields.is(Ack::kDuplicateFieldNumber, layout::varint))
      out.duplicate = fields.number() != 0;
  }
  return !fields.failed();
}

bool read_receipt(std::string_view encoded, receipt_view& out) {
  reader fields(encoded);
  while (fields.next()) {
    if (fields.is(Receipt::kThreadFieldNumber, layout::bytes))
      out.thread = fields.bytes();
    else if (fields.is(Receipt::kUserFieldNumber, layout::fixed64))
      out.user = fields.number();
    else if (fields.is(Receipt::kDeliveredSeqFieldNumber, layout::varint))
      out.delivered_seq = fields.number();
    else if (fields.is(Receipt::kReadSeqFieldNumber, layout::varint))
      out.read_seq = fields.number();
  }
  return !fields.failed();
}

std::size_t cursor_size(std::string_view thread, std::uint64_t seq) {
  return wire::bytes_field_size(Cursor::kThreadFieldNumber, thread.size()) +
         wire::varint_field_size(Cursor::kSeqFieldNumber, seq);
}

} // namespace

bool read_event(std::string_view encoded, event_view& out) {
  reader fields(encoded);
  while (fields.next()) {
    if (fields.is(Event::kSeqFieldNumber, layout::varint))
      out.seq = fields.number();
    else if (fields.is(Event::kOrdinalFieldNumber, layout::varint))
      out.ordinal = fields.number();
    else if (fields.is(Event::kTimeMsFieldNumber, layout::varint))
      out.time_ms = fields.number();
    else if (fields.is(Event::kFromFieldNumber, layout::fixed64))
      out.from = fields.number();
    else if (fields.is(Event::kOpIdFieldNumber, layout::bytes))
      out.op_id = fields.bytes();
    else if (fields.is(Event::kMessageFieldNumber, layout::bytes)) {
      out.is_message = true;
      if (!read_message(fields.bytes(), out))
        return false;
    }
  }
  return !fields.failed();
}

std::string_view deliver_view::thread() const {
  reader fields(encoded_);
  while (fields.next()) {
    if (fields.is(Deliver::kThreadFieldNumber, layout::bytes))
      return fields.bytes();
  }
  return {};
}

bool deliver_view::is_event(const wire::reader& fields) {
  return fields.is(Deliver::kEventsFieldNumber, layout::bytes);
}

std::optional<hot_frame> read_hot_frame(std::string_view frame) {
  std::uint64_t request = 0;
  std::uint32_t kind = 0;
  std::string_view encoded;
  reader fields(frame);
  while (fields.next()) {
    if (fields.is(ServerFrame::kRequestIdFieldNumber, layout::varint)) {
      request = fields.number();
      continue;
    }
    // A second member of the oneof, or a field of a later version: not the plain form.
    kind = kind == 0 ? fields.field() : 0;
    if (kind == 0 || !fields.is(static_cast<int>(kind), layout::bytes))
      return std::nullopt;
    encoded = fields.bytes();
  }
  if (fields.failed())
    return std::nullopt;
  switch (kind) {
  case ServerFrame::kAckFieldNumber: {
    ack_view ack;
    if (!read_ack(encoded, ack))
      return std::nullopt;
    return hot_frame{request, ack};
  }
  case ServerFrame::kDeliverFieldNumber:
    return hot_frame{request, deliver_view{encoded}};
  case ServerFrame::kReceiptFieldNumber: {
    receipt_view receipt;
    if (!read_receipt(encoded, receipt))
      return std::nullopt;
    return hot_frame{request, receipt};
  }
  default:
    return std::nullopt;
  }
}

void put_send(std::string& out, std::uint64_t request, const send_view& what) {
  std::size_t inner = wire::bytes_field_size(Send::kOpIdFieldNumber, what.op_id.size()) +
                      wire::bytes_field_size(Send::kThreadFieldNumber, what.thread.size()) +
                      wire::bytes_field_size(Send::kBodyFieldNumber, what.body.size());
  if (!what.content_type.empty())
    inner += wire::bytes_field_size(Send::kContentTypeFieldNumber, what.content_type.size());
  put_frame_length(out, wire::varint_field_size(ClientFrame::kRequestIdFieldNumber, request) +
                            wire::bytes_field_size(ClientFrame::kSendFieldNumber, inner));
  wire::put_varint(out, ClientFrame::kRequestIdFieldNumber, request);
  wire::put_header(out, ClientFrame::kSendFieldNumber, inner);
  wire::put_bytes(out, Send::kOpIdFieldNumber, what.op_id);
  wire::put_bytes(out, Send::kThreadFieldNumber, what.thread);
  if (!what.content_type.empty())
    wire::put_bytes(out, Send::kContentTypeFieldNumber, what.content_type);
  wire::put_bytes(out, Send::kBodyFieldNumber, what.body);
}

void put_delivered(std::string& out, std::string_view thread, std::uint64_t seq) {
  const auto cursor = cursor_size(thread, seq);
  const auto inner = wire::bytes_field_size(Delivered::kCursorsFieldNumber, cursor);
  put_frame_length(out, wire::bytes_field_size(ClientFrame::kDeliveredFieldNumber, inner));
  wire::put_header(out, ClientFrame::kDeliveredFieldNumber, inner);
  wire::put_header(out, Delivered::kCursorsFieldNumber, cursor);
  wire::put_bytes(out, Cursor::kThreadFieldNumber, thread);
  wire::put_varint(out, Cursor::kSeqFieldNumber, seq);
}

} // namespace weft::net::client
