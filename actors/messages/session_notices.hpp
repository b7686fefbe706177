// What a SESSION gets for its client: replies and pushes.
#pragma once

#include "actors/messages/address.hpp"
#include "actors/messages/presence_messages.hpp"
#include "storage/error.hpp"
#include "storage/proto/state.pb.h"
#include "storage/record.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

using storage::shared_bytes;

/// Reply: signed in. `token` is set when a new one was made.
struct signed_in {
  std::uint64_t request = 0;
  user_id user;
  std::string name;
  device_id device;
  std::string token;
  /// Filled in by the session.
  std::uint64_t history_id = 0;
  weft::inbox_version inbox_version;
  /// What is stored of the token, for the session alone: it names what was signed in.
  std::string token_hash;
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
/// empty when that shard did not answer, or when it is too large (`limits`).
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

/// Answer to `read_last`, for the session alone: the last event that this user may see; empty when
/// there is none or it is too large for an inbox page.
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

/// Reply: the user that was looked for. When there is none, `request_failed` says `not_found`.
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

/// Answer to `confirm_session`, for the session alone: its token holds, and its inbox stands here.
struct session_confirmed {
  weft::inbox_version inbox_version;
};

/// A newer session of the device has come, its token has ended, or the node stops: this one ends.
struct session_ended {
  error why;
};

using session_notice =
    std::variant<signed_in, signed_out, send_acked, request_failed, history_page, inbox_page,
                 last_event_read, read_marked, user_found, events_delivered, receipt_moved,
                 own_read_moved, inbox_moved, session_confirmed, session_ended, presence_read>;
using session_notices = std::vector<session_notice>;

} // namespace weft::actors
