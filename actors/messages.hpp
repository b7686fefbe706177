// What travels between the actors. Plain values: addresses are ids, so that every message may cross
// to another node; replies go back by address, never by handle.
#pragma once

#include "storage/ids.hpp"
#include "storage/record.hpp"
#include "storage/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

using storage::shared_bytes;

/// A node as the shard map numbers it; 1 when it is alone.
using node_no = id<struct node_tag, std::uint32_t>;

/// Where a session lives.
struct session_address {
  node_no node;
  session_no session;
  auto operator<=>(const session_address&) const = default;
};

/// Where the reply to a request goes. `request` is the number the client gave it.
struct request_ref {
  session_address session;
  std::uint64_t request = 0;
};

// -- to a thread --------------------------------------------------------------------------------

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

// -- to a user ----------------------------------------------------------------------------------

/// A thread has news. Idempotent, merged by max.
struct touch {
  user_id user;
  thread_id thread;
  sequence last_seq;
  ordinal last_ordinal;
  time_ms last_time;
  /// Direct threads: the other side.
  user_id peer;
  std::string peer_name;
  /// The shard whose relay waits for `touch_committed`, and its round.
  shard_id relay;
  std::uint64_t round = 0;
};

/// The user has read up to here. `seq` and `ordinal` have been checked by the thread's shard.
struct advance_read {
  request_ref ref;
  user_id user;
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
};

using user_input = std::variant<touch, advance_read>;
using user_inputs = std::vector<user_input>;

/// The user's shard has committed the touches of a round for this user.
struct touch_committed {
  shard_id relay;
  std::uint64_t round = 0;
  user_id user;
};

// -- to the accounts of a shard -----------------------------------------------------------------

/// Makes an account and signs the device in. `name` is folded.
struct register_account {
  request_ref ref;
  std::string name;
  std::string password;
  device_id device;
  std::string device_name;
  op_id op;
};

/// Signs a device in by password: it gets a new token, its older one ends.
struct sign_in {
  request_ref ref;
  std::string name;
  std::string password;
  device_id device;
  std::string device_name;
};

/// Signs a device in by its token.
struct resume {
  request_ref ref;
  user_id user;
  device_id device;
  std::string secret;
};

/// Ends the token of a device.
struct sign_out {
  request_ref ref;
  user_id user;
  device_id device;
};

using account_input = std::variant<register_account, sign_in, resume, sign_out>;
using account_inputs = std::vector<account_input>;

// -- reads, served where the data lead ----------------------------------------------------------

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

/// The last event of a thread, for an inbox page; answered by `last_event_read`.
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

using read_request =
    std::variant<read_history, read_inbox, read_last, mark_read, find_user, check_user>;

// -- to a session -------------------------------------------------------------------------------

/// Reply: signed in. `token` is set when a new one was made.
struct signed_in {
  std::uint64_t request = 0;
  user_id user;
  std::string name;
  device_id device;
  std::string token;
  weft::inbox_version inbox_version;
};

/// Reply: signed out; the session ends.
struct signed_out {
  std::uint64_t request = 0;
};

/// Reply: the message is committed, or was already (`duplicate`).
struct send_acked {
  std::uint64_t request = 0;
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
  time_ms time;
  bool duplicate = false;
};

/// Reply: a request failed.
struct request_failed {
  std::uint64_t request = 0;
  error why;
};

/// An event as clients get it.
struct delivered_event {
  sequence seq;
  shared_bytes bytes;
};

/// Numbers that this reader will never see.
struct skipped_range {
  sequence from;
  sequence to;
};

/// Reply: a history page in ascending order. Events and skipped ranges together cover
/// `covers_from..covers_to` without a hole.
struct history_page {
  std::uint64_t request = 0;
  thread_id thread;
  std::vector<delivered_event> events;
  std::vector<skipped_range> skipped;
  sequence covers_from;
  sequence covers_to;
  sequence last_seq;
  std::vector<state::Member> members;
};

/// One row of an inbox page. `last_event` is the thread's last event, read from its own shard;
/// empty when that shard did not answer.
struct inbox_entry {
  state::InboxRow row;
  shared_bytes last_event;
};

/// Reply: an inbox page. The session asks the threads' shards for the last events before the
/// client gets it.
struct inbox_page {
  std::uint64_t request = 0;
  std::vector<inbox_entry> rows;
  weft::inbox_version version;
  /// True when no further page follows.
  bool complete = true;
};

/// Answer to `read_last`, for the session alone: the last event that this user may see.
struct last_event_read {
  std::uint64_t request = 0;
  thread_id thread;
  shared_bytes event;
};

/// Reply: the read cursor stands here now.
struct read_marked {
  std::uint64_t request = 0;
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
};

/// Reply: the user that was looked for; `user` is 0 when there is none.
struct user_found {
  std::uint64_t request = 0;
  user_id user;
  std::string name;
};

/// Push: events of a thread, dense and ascending.
struct events_delivered {
  thread_id thread;
  std::shared_ptr<const std::vector<delivered_event>> events;
};

/// Push: how far a member has received and read.
struct receipt_moved {
  thread_id thread;
  user_id user;
  sequence delivered;
  sequence read;
};

/// Push: the user's own read cursor moved, on any device.
struct own_read_moved {
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
};

/// The user's inbox has a new version: heartbeats will tell it.
struct inbox_moved {
  weft::inbox_version version;
};

/// A newer session of the device has come, or the node stops: this one ends.
struct session_ended {
  error why;
};

using session_notice =
    std::variant<signed_in, signed_out, send_acked, request_failed, history_page, inbox_page,
                 last_event_read, read_marked, user_found, events_delivered, receipt_moved,
                 own_read_moved, inbox_moved, session_ended>;
using session_notices = std::vector<session_notice>;

// -- from the connection to its session ---------------------------------------------------------

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
                 delivered_report, sign_out_request>;
using session_requests = std::vector<session_request>;

/// How a connection signs in; the reply address is filled in by the session.
using credentials = std::variant<register_account, sign_in, resume>;

} // namespace weft::actors
