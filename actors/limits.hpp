// Every limit of the chat domain, each with its reason. docs/protocol.md repeats what clients see.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weft::actors {

/// What a node allows. The defaults are the product's; weftd's options and tests change some.
struct limits {
  /// Largest message body: what people write, with room for a document of a few pages.
  std::size_t body_bytes_max = 64u << 10;
  /// Longest MIME type; RFC 6838 allows 127 + 1 + 127, parameters included here.
  std::size_t content_type_bytes_max = 255;
  /// Password sizes: NIST SP 800-63B asks for at least 8 and for at least 64 allowed.
  std::size_t password_bytes_min = 8;
  std::size_t password_bytes_max = 256;
  /// What a person reads in a list of devices.
  std::size_t device_name_bytes_max = 128;

  /// Events of one history page, and its bytes: a page fits a phone's screenful many times over
  /// and a full outbound window at most once.
  std::size_t history_page_events_max = 200;
  std::size_t history_page_bytes_max = 512u << 10;
  /// Rows of one inbox page.
  std::size_t inbox_page_rows_max = 100;
  /// The last event that an inbox row may carry: a list shows a line of it, and a larger one is
  /// read by history when its thread is opened.
  std::size_t inbox_last_event_bytes_max = 4u << 10;
  /// Last events of one inbox page in all, so that what is expected of a page when it is asked for
  /// is what it can become. Thirteen times what 100 messages of 100 bytes take.
  std::size_t inbox_page_events_bytes_max = 128u << 10;
  /// Contacts of whom heartbeats tell: more people than a person keeps an eye on, and what a look
  /// at all of them may cost.
  std::size_t presence_users_max = 1'000;
  /// Users whom one heartbeat tells of; the rest follow with the next.
  std::size_t presence_users_of_ack_max = 200;
  /// Users of one PresenceRequest: each costs some reads.
  std::size_t presence_lookup_users_max = 100;
  /// Threads whose cursors one Resume may carry; the rest are asked for by history.
  std::size_t resume_cursors_max = 100;
  /// Cursors that a session reads behind at a time: enough to keep the disk at work, few enough
  /// that a thousand devices that resume at once find room.
  std::size_t resume_cursors_at_once = 4;

  /// Requests and bytes of one session that wait for their replies: beyond them its socket is not
  /// read, so that TCP slows the sender down.
  std::size_t session_requests_max = 128;
  std::size_t session_request_bytes_max = 1u << 20;
  /// Bytes of live pushes queued towards one session; beyond them it pulls by cursor.
  std::size_t session_push_bytes_max = 1u << 20;
  /// Bytes of requests in flight on the whole node; beyond them requests are refused.
  std::size_t node_request_bytes_max = 256u << 20;

  /// Inputs a thread, user or accounts actor holds while it loads or verifies.
  std::size_t stash_inputs_max = 1024;
  /// Operations that a thread remembers beyond the pending ones: twice a session's window, so that
  /// a device that retries all it had under way needs no look-up. More only costs cache misses.
  std::size_t remembered_operations_max = 256;
  /// Appends of one thread that wait for their commit.
  std::size_t pending_appends_max = 4096;
  /// An actor without work for this long leaves memory.
  std::chrono::milliseconds idle_after{60'000};

  /// The window of duplicate suppression.
  std::chrono::milliseconds operation_window{7 * 24 * 3'600'000LL};
  /// How far ahead of the node's clock an operation id may claim to be: clocks of phones are wrong.
  std::chrono::milliseconds operation_ahead_max{24 * 3'600'000LL};

  /// Heartbeat of clients; the first comes at a random point of the interval.
  std::chrono::milliseconds heartbeat{10'000};
  /// A session ends when nothing was heard for this long.
  std::chrono::milliseconds session_expiry{60'000};
  /// A connection must have signed in within this time.
  std::chrono::milliseconds sign_in_within{10'000};
  /// A frame that has begun must be complete within this time.
  std::chrono::milliseconds frame_within{30'000};
  /// A thread asks for this long whether the peer of its first message exists; then it refuses.
  std::chrono::milliseconds peer_check_within{10'000};
  /// Touches are coalesced for this long before they are sent to the inboxes.
  std::chrono::milliseconds touch_every{1'000};
  /// Moved cursors of a thread are written at most this often.
  std::chrono::milliseconds cursors_every{1'000};

  /// A node asks the shards for changes of presence this often: half a heartbeat, so that a change
  /// is told within two of them.
  std::chrono::milliseconds presence_every{5'000};
  /// When users were last seen is written this often, for all of them at once.
  std::chrono::milliseconds last_seen_every{30'000};
  /// A client that can be woken by a push is disconnected when nobody has used it for this long.
  std::chrono::milliseconds inactivity{600'000};

  /// Cost of a password hash: OWASP's minimum for Argon2id, 19 MiB and 2 passes.
  std::size_t password_memory_kib = 19'456;
  std::uint32_t password_passes = 2;
};

} // namespace weft::actors
