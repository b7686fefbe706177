#include "net/client/message.hpp"

#include "storage/proto/event.pb.h"

namespace weft::net::client {

std::optional<message> message_of(const thread_id& thread, const event_view& event) {
  if (!event.is_message)
    return std::nullopt;
  message out;
  out.thread = thread;
  out.seq = sequence{event.seq};
  out.ordinal = weft::ordinal{event.ordinal};
  out.time = time_ms{event.time_ms};
  out.from = user_id{event.from};
  out.op = uuid_from_bytes<op_id>(event.op_id).value_or(op_id{});
  out.content_type = event.content_type;
  out.body = event.body;
  return out;
}

std::optional<message> message_of(const thread_id& thread, const weft::Event& event) {
  event_view view;
  view.seq = event.seq();
  view.ordinal = event.ordinal();
  view.time_ms = event.time_ms();
  view.from = event.from();
  view.op_id = event.op_id();
  view.is_message = event.has_message();
  view.content_type = event.message().content_type();
  view.body = event.message().body();
  return message_of(thread, view);
}

} // namespace weft::net::client
