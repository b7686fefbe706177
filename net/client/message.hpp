// A message as a client keeps it.
#pragma once

#include "net/client/hot_frames.hpp"
#include "storage/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weft {
class Event;
}

namespace weft::net::client {

/// A countable message of a thread.
struct message {
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
  time_ms time;
  user_id from;
  op_id op;
  /// Empty means text/plain; charset=utf-8.
  std::string content_type;
  std::string body;
};

/// The message that an event holds; nothing for every other kind of event.
std::optional<message> message_of(const thread_id& thread, const event_view& event);
std::optional<message> message_of(const thread_id& thread, const weft::Event& event);

} // namespace weft::net::client
