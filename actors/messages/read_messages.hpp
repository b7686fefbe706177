// Reads, served where the data lead.
#pragma once

#include "actors/messages/address.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace weft::actors {

/// A page of a thread's history.
struct read_history {
  request_ref ref;
  user_id user;
  thread_id thread;
  std::optional<sequence> after;
  std::optional<sequence> before;
  std::size_t limit = 0;
};

/// A page of a user's inbox: newest first below a position, or what changed since a version.
struct read_inbox {
  request_ref ref;
  user_id user;
  std::optional<inbox_version> since;
  std::optional<time_ms> below_time;
  thread_id below_thread;
  std::size_t limit = 0;
};

/// The last event of a thread, for an inbox page, unless it is too large for one; answered by
/// `last_event_read`.
struct read_last {
  request_ref ref;
  user_id user;
  thread_id thread;
};

/// Resolves a read position in a thread and hands it to the user as `advance_read`.
struct mark_read {
  request_ref ref;
  user_id user;
  thread_id thread;
  sequence seq;
};

/// Finds a user by name or by id.
struct find_user {
  request_ref ref;
  std::string name;
  user_id user;
};

/// A thread asks whether the peer of its first message exists; answered by `peer_checked`.
struct check_user {
  thread_id thread;
  user_id user;
};

/// A session asks, once the registry knows it, whether its token still holds: a sign-in or sign-out
/// may have been committed since the token was checked. Answered by `session_confirmed` with the
/// inbox's version, or by `session_ended`.
struct confirm_session {
  session_address session;
  user_id user;
  device_id device;
  std::string token_hash;
};

using read_request = std::variant<read_history, read_inbox, read_last, mark_read, find_user,
                                  check_user, confirm_session>;

} // namespace weft::actors
