// What a client asks of its SESSION, decoded.
#pragma once

#include "actors/messages/account_messages.hpp"
#include "actors/messages/presence_messages.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

/// What a client asks for, decoded. Identity is added by the session.
struct send_request {
  std::uint64_t request = 0;
  op_id op;
  /// Exactly one of them: a thread, or the other side of a direct thread.
  thread_id thread;
  user_id peer;
  std::string content_type;
  std::string body;
};
struct history_request {
  std::uint64_t request = 0;
  thread_id thread;
  std::optional<sequence> after;
  std::optional<sequence> before;
  std::size_t limit = 0;
};
struct inbox_request {
  std::uint64_t request = 0;
  std::optional<inbox_version> since;
  std::optional<time_ms> below_time;
  thread_id below_thread;
  std::size_t limit = 0;
};
struct mark_read_request {
  std::uint64_t request = 0;
  thread_id thread;
  sequence seq;
};
struct find_user_request {
  std::uint64_t request = 0;
  std::string name;
  user_id user;
};
struct delivered_report {
  thread_id thread;
  sequence seq;
};
struct sign_out_request {
  std::uint64_t request = 0;
};

using session_request =
    std::variant<send_request, history_request, inbox_request, mark_read_request, find_user_request,
                 delivered_report, sign_out_request, presence_request>;
using session_requests = std::vector<session_request>;

/// How a connection signs in; the reply address is filled in by the session.
using credentials = std::variant<register_account, sign_in, resume>;

} // namespace weft::actors
