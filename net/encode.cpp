#include "net/encode.hpp"

#include "net/wire.hpp"

namespace weft::net {

namespace {

using wire::put_bytes;
using wire::put_delimited;
using wire::put_fixed64;
using wire::put_message;
using wire::put_number;
using wire::put_thread;

/// A frame's request id and the message in its oneof.
template <class Put>
void append_server_frame(byte_buffer& out, std::uint64_t request, int field, const Put& put) {
  wire::append_frame(out, [&](auto& to) {
    put_number(to, ServerFrame::kRequestIdFieldNumber, request);
    put_message(to, static_cast<std::uint32_t>(field), put);
  });
}

// -- replies ------------------------------------------------------------------------------------

void append(byte_buffer& out, const actors::signed_in& x) {
  append_server_frame(out, x.request, ServerFrame::kReadyFieldNumber, [&](auto& to) {
    put_fixed64(to, Ready::kUserIdFieldNumber, x.user.value);
    put_bytes(to, Ready::kNameFieldNumber, x.name);
    put_bytes(to, Ready::kTokenFieldNumber, x.token);
    put_fixed64(to, Ready::kHistoryIdFieldNumber, x.history_id);
    put_number(to, Ready::kInboxVersionFieldNumber, x.inbox_version.value);
  });
}

void append(byte_buffer& out, const actors::signed_out& x) {
  append_server_frame(out, x.request, ServerFrame::kDoneFieldNumber, [](auto&) {});
}

void append(byte_buffer& out, const actors::send_acked& x) {
  append_server_frame(out, x.request, ServerFrame::kAckFieldNumber, [&](auto& to) {
    put_thread(to, Ack::kThreadFieldNumber, x.thread);
    put_number(to, Ack::kSeqFieldNumber, x.seq.value);
    put_number(to, Ack::kOrdinalFieldNumber, x.ordinal.value);
    put_number(to, Ack::kTimeMsFieldNumber, x.time.value);
    put_number(to, Ack::kDuplicateFieldNumber, x.duplicate ? 1 : 0);
  });
}

void append(byte_buffer& out, const actors::request_failed& x) {
  encode_error(out, x.request, x.why);
}

void append(byte_buffer& out, const actors::history_page& x) {
  append_server_frame(out, x.request, ServerFrame::kHistoryFieldNumber, [&](auto& to) {
    put_thread(to, History::kThreadFieldNumber, x.thread);
    for (auto& event : x.events)
      put_delimited(to, History::kEventsFieldNumber, *event.bytes);
    for (auto& range : x.skipped)
      put_message(to, History::kSkippedFieldNumber, [&](auto& inner) {
        put_number(inner, Skipped::kFromFieldNumber, range.from.value);
        put_number(inner, Skipped::kToFieldNumber, range.to.value);
      });
    put_number(to, History::kCoversFromFieldNumber, x.covers_from.value);
    put_number(to, History::kCoversToFieldNumber, x.covers_to.value);
    put_number(to, History::kLastSeqFieldNumber, x.last_seq.value);
    for (auto& member : x.members)
      put_message(to, History::kMembersFieldNumber, [&](auto& inner) {
        put_fixed64(inner, ThreadMember::kUserIdFieldNumber, member.user());
        put_bytes(inner, ThreadMember::kNameFieldNumber, member.name());
        put_number(inner, ThreadMember::kReadSeqFieldNumber, member.read_seq());
        put_number(inner, ThreadMember::kDeliveredSeqFieldNumber, member.delivered_seq());
      });
  });
}

template <class Sink>
void put_presence(Sink& to, const actors::user_presence& x) {
  put_fixed64(to, Presence::kUserIdFieldNumber, x.user.value);
  put_number(to, Presence::kStateFieldNumber, static_cast<std::uint64_t>(x.state));
  put_number(to, Presence::kLastSeenMsFieldNumber, x.last_seen.value);
}

void append(byte_buffer& out, const actors::presence_read& x) {
  append_server_frame(out, x.request, ServerFrame::kPresenceFieldNumber, [&](auto& to) {
    for (const auto& user : x.users)
      put_message(to, PresenceList::kUsersFieldNumber,
                  [&](auto& inner) { put_presence(inner, user); });
  });
}

template <class Sink>
void put_inbox_thread(Sink& to, const actors::inbox_entry& entry) {
  auto& row = entry.row;
  auto unread =
      row.last_ordinal() > row.read_ordinal() ? row.last_ordinal() - row.read_ordinal() : 0;
  put_bytes(to, InboxThread::kThreadFieldNumber, row.thread());
  put_number(to, InboxThread::kLastSeqFieldNumber, row.last_seq());
  put_number(to, InboxThread::kLastOrdinalFieldNumber, row.last_ordinal());
  put_number(to, InboxThread::kLastTimeMsFieldNumber, row.last_time_ms());
  put_number(to, InboxThread::kReadSeqFieldNumber, row.read_seq());
  put_number(to, InboxThread::kReadOrdinalFieldNumber, row.read_ordinal());
  put_number(to, InboxThread::kUnreadFieldNumber, unread);
  put_number(to, InboxThread::kCreatedMsFieldNumber, row.created_ms());
  put_number(to, InboxThread::kVersionFieldNumber, row.version());
  put_fixed64(to, InboxThread::kPeerIdFieldNumber, row.peer());
  put_bytes(to, InboxThread::kPeerNameFieldNumber, row.peer_name());
  if (entry.last_event != nullptr)
    put_bytes(to, InboxThread::kLastEventFieldNumber, *entry.last_event);
}

void append(byte_buffer& out, const actors::inbox_page& x) {
  append_server_frame(out, x.request, ServerFrame::kInboxFieldNumber, [&](auto& to) {
    for (auto& entry : x.rows)
      put_message(to, Inbox::kThreadsFieldNumber,
                  [&](auto& inner) { put_inbox_thread(inner, entry); });
    put_number(to, Inbox::kVersionFieldNumber, x.version.value);
    put_number(to, Inbox::kCompleteFieldNumber, x.complete ? 1 : 0);
  });
}

void append(byte_buffer& out, const actors::read_marked& x) {
  append_server_frame(out, x.request, ServerFrame::kReadMarkedFieldNumber, [&](auto& to) {
    put_thread(to, ReadMarked::kThreadFieldNumber, x.thread);
    put_number(to, ReadMarked::kSeqFieldNumber, x.seq.value);
    put_number(to, ReadMarked::kOrdinalFieldNumber, x.ordinal.value);
  });
}

void append(byte_buffer& out, const actors::user_found& x) {
  if (!x.user)
    return encode_error(out, x.request, {.code = errc::not_found, .message = "no such user"});
  append_server_frame(out, x.request, ServerFrame::kUserFieldNumber, [&](auto& to) {
    put_fixed64(to, User::kUserIdFieldNumber, x.user.value);
    put_bytes(to, User::kNameFieldNumber, x.name);
  });
}

// -- pushes -------------------------------------------------------------------------------------

void append(byte_buffer& out, const actors::events_delivered& x) {
  append_server_frame(out, 0, ServerFrame::kDeliverFieldNumber, [&](auto& to) {
    put_thread(to, Deliver::kThreadFieldNumber, x.thread);
    for (auto& event : *x.events)
      put_delimited(to, Deliver::kEventsFieldNumber, *event.bytes);
  });
}

void append(byte_buffer& out, const actors::receipt_moved& x) {
  append_server_frame(out, 0, ServerFrame::kReceiptFieldNumber, [&](auto& to) {
    put_thread(to, Receipt::kThreadFieldNumber, x.thread);
    put_fixed64(to, Receipt::kUserFieldNumber, x.user.value);
    put_number(to, Receipt::kDeliveredSeqFieldNumber, x.delivered.value);
    put_number(to, Receipt::kReadSeqFieldNumber, x.read.value);
  });
}

void append(byte_buffer& out, const actors::own_read_moved& x) {
  append_server_frame(out, 0, ServerFrame::kReadMovedFieldNumber, [&](auto& to) {
    put_thread(to, ReadMoved::kThreadFieldNumber, x.thread);
    put_number(to, ReadMoved::kSeqFieldNumber, x.seq.value);
    put_number(to, ReadMoved::kOrdinalFieldNumber, x.ordinal.value);
  });
}

// -- for the session alone ----------------------------------------------------------------------

void append(byte_buffer&, const actors::last_event_read&) {}
void append(byte_buffer&, const actors::inbox_moved&) {}
void append(byte_buffer&, const actors::session_confirmed&) {}
void append(byte_buffer&, const actors::session_ended&) {}

/// A message that protobuf encodes.
template <class Message>
void append_generated(byte_buffer& out, std::uint64_t request, int field, const Message& message) {
  auto bytes = message.SerializeAsString();
  append_server_frame(out, request, field, [&](auto& to) { to.raw(bytes); });
}

} // namespace

std::uint64_t request_of(const actors::session_notice& notice) {
  return std::visit(
      [](const auto& x) -> std::uint64_t {
        if constexpr (requires { x.request; })
          return x.request;
        else
          return 0;
      },
      notice);
}

void encode_notice(byte_buffer& out, const actors::session_notice& notice) {
  std::visit([&](const auto& x) { append(out, x); }, notice);
}

void encode_heartbeat_ack(byte_buffer& out, std::uint64_t request, inbox_version version,
                          const actors::presence_changes& presence) {
  append_server_frame(out, request, ServerFrame::kHeartbeatAckFieldNumber, [&](auto& to) {
    put_number(to, HeartbeatAck::kInboxVersionFieldNumber, version.value);
    put_number(to, HeartbeatAck::kPresenceVersionFieldNumber, presence.version);
    for (const auto& user : presence.users)
      put_message(to, HeartbeatAck::kPresenceFieldNumber,
                  [&](auto& inner) { put_presence(inner, user); });
  });
}

void encode_error(byte_buffer& out, std::uint64_t request, const error& why) {
  append_server_frame(out, request, ServerFrame::kErrorFieldNumber, [&](auto& to) {
    put_number(to, Error::kCodeFieldNumber, static_cast<std::uint64_t>(why.code));
    put_bytes(to, Error::kMessageFieldNumber, why.message);
    put_number(to, Error::kOutcomeFieldNumber, static_cast<std::uint64_t>(why.outcome));
    put_number(to, Error::kRetryAfterMsFieldNumber, why.retry_after_ms);
  });
}

void encode_lagging(byte_buffer& out, inbox_version version) {
  append_server_frame(out, 0, ServerFrame::kLaggingFieldNumber, [&](auto& to) {
    put_number(to, Lagging::kInboxVersionFieldNumber, version.value);
  });
}

void encode_closing(byte_buffer& out, const error& why) {
  append_server_frame(out, 0, ServerFrame::kClosingFieldNumber, [&](auto& to) {
    put_number(to, Closing::kCodeFieldNumber, static_cast<std::uint64_t>(why.code));
    put_bytes(to, Closing::kMessageFieldNumber, why.message);
    put_number(to, Closing::kReconnectAfterMsFieldNumber, why.retry_after_ms);
  });
}

void encode_hello(byte_buffer& out, std::uint64_t request, const Hello& hello) {
  append_generated(out, request, ServerFrame::kHelloFieldNumber, hello);
}

void encode_status(byte_buffer& out, std::uint64_t request, const Status& status) {
  append_generated(out, request, ServerFrame::kStatusFieldNumber, status);
}

void encode_locate(byte_buffer& out, std::uint64_t request, std::string_view address) {
  append_server_frame(out, request, ServerFrame::kLocateFieldNumber,
                      [&](auto& to) { put_delimited(to, Locate::kAddressesFieldNumber, address); });
}

} // namespace weft::net
