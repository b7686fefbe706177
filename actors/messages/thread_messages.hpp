// What a THREAD gets.
#pragma once

#include "actors/messages/address.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

/// A user sends a message.
struct send_message {
  request_ref ref;
  user_id from;
  std::string from_name;
  device_id device;
  op_id op;
  thread_id thread;
  std::string content_type;
  std::string body;
};

/// A device of a member has received everything up to `seq`. No reply.
struct report_delivered {
  thread_id thread;
  user_id user;
  sequence seq;
};

/// The user's shard copies a read cursor that has moved. No reply.
struct copy_read {
  thread_id thread;
  user_id user;
  sequence seq;
};

/// Answer to `check_user`: the peer's name, or nothing when there is no such user.
struct peer_checked {
  thread_id thread;
  user_id peer;
  std::optional<std::string> name;
};

using thread_input = std::variant<send_message, report_delivered, copy_read, peer_checked>;
using thread_inputs = std::vector<thread_input>;

} // namespace weft::actors
