// What a client's frames mean to its connection. docs/protocol.md has the table of answers.
#include "net/connection.hpp"
#include "net/encode.hpp"
#include "net/io_thread.hpp"
#include "net/peer_address.hpp"
#include "net/session_outlet.hpp"
#include "net/status_report.hpp"

#include <algorithm>
#include <chrono>

namespace weft::net {

namespace {

/// What a refused request is told: by then most of what is in flight has been answered.
constexpr std::uint32_t retry_when_overloaded_ms = 1'000;

std::uint64_t now_ms_utc() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

} // namespace

void connection::handle(turn& turn, std::string_view payload) {
  frame_bytes_ = static_cast<std::uint32_t>(frame_header_bytes + payload.size());
  auto message = turn.decoder.decode(payload, turn.requests);
  // Of these the client has sent some without anybody using it.
  if (!std::holds_alternative<heartbeat_heard>(message) &&
      !std::holds_alternative<reports_decoded>(message))
    last_active_ = thread_.now();
  std::visit([&](auto& what) { on_message(turn, what); }, message);
}

void connection::on_message(turn& turn, unreadable&) {
  begin_closing(turn, {.code = errc::bad_request, .message = "a frame is not a ClientFrame"});
}

void connection::on_message(turn& turn, refused& what) {
  if (!refuses_before_hello(turn, what.request))
    answer_error(turn, what.request, what.why);
}

// -- the handshake ------------------------------------------------------------------------------

void connection::on_message(turn& turn, hello_asked& what) {
  if (phase_ != phase::awaiting_hello)
    return answer_error(turn, what.request,
                        {.code = errc::bad_request, .message = "hello was said already"});
  if (what.version_min > protocol_version || what.version_max < protocol_version)
    return begin_closing(turn, {.code = errc::bad_version,
                                .message = "this server speaks version " +
                                           std::to_string(protocol_version) + " only"});
  woken_by_push_ = what.woken_by_push;
  auto hello = thread_.shared().hello;
  hello.set_time_ms(now_ms_utc());
  encode_hello(turn.own, what.request, hello);
  ++turn.own_count;
  phase_ = phase::awaiting_sign_in;
}

void connection::on_message(turn& turn, sign_in_asked& what) {
  if (refuses_before_hello(turn, what.request))
    return;
  if (phase_ != phase::awaiting_sign_in)
    return answer_error(turn, what.request,
                        {.code = errc::bad_request,
                         .message = phase_ == phase::live ? "this connection is signed in already"
                                                          : "a sign-in is under way"});
  if (!admit(turn, what.request, frame_bytes_, request_kind::write))
    return;
  phase_ = phase::signing_in;
  phase_due_ =
      thread_.now() + static_cast<clock_ms>(thread_.shared().limits.session_expiry.count());
  ++attempts_;
  const auto attempt = out_.begin_attempt(what.request);
  auto client =
      std::make_shared<session_outlet>(thread_.shared_from_this(), shared_from_this(), attempt);
  session_ = session_link{
      thread_.shared().host.start(std::move(what.who), what.request, std::move(client))};
}

bool connection::refuses_before_hello(turn& turn, std::uint64_t request) {
  if (phase_ != phase::awaiting_hello)
    return false;
  answer_error(turn, request,
               {.code = errc::bad_request, .message = "the first frame must be a ClientHello"});
  return true;
}

bool connection::refuses_stranger(turn& turn, std::uint64_t request) {
  if (phase_ == phase::live)
    return false;
  if (!refuses_before_hello(turn, request))
    answer_error(turn, request, {.code = errc::not_signed_in, .message = "sign in first"});
  return true;
}

// -- requests -----------------------------------------------------------------------------------

void connection::on_message(turn& turn, heartbeat_heard& what) {
  if (refuses_stranger(turn, what.request))
    return;
  foreground_ = what.foreground;
  if (foreground_ == in_foreground::yes)
    last_active_ = thread_.now();
  encode_heartbeat_ack(turn.own, what.request, out_.current_inbox_version(),
                       presence_since(what.presence_version));
  ++turn.own_count;
  ++turn.heartbeats;
}

actors::presence_changes connection::presence_since(std::uint64_t version) const {
  const auto& shared = thread_.shared();
  // What overload takes first: the client is told next time, since it keeps its version.
  if (shared.presence == nullptr || shared.requests.is_short())
    return {version, {}};
  return shared.presence->changes_for(out_.signed_in_user(), version);
}

void connection::on_message(turn& turn, status_asked& what) {
  if (refuses_before_hello(turn, what.request))
    return;
  if (!is_from_this_machine(transport_.socket()))
    return answer_error(
        turn, what.request,
        {.code = errc::forbidden, .message = "status is shown on the node's own machine only"});
  encode_status(turn.own, what.request, describe(thread_.shared()));
  ++turn.own_count;
}

void connection::on_message(turn& turn, locate_asked& what) {
  if (refuses_before_hello(turn, what.request))
    return;
  const auto& advertised = thread_.shared().advertised;
  // Without a configured address: the one at which this client reached the node.
  encode_locate(turn.own, what.request,
                advertised.empty() ? local_address(transport_.socket()) : advertised);
  ++turn.own_count;
}

void connection::on_message(turn& turn, request_decoded& what) {
  // Who expects many bytes in return is reading.
  const auto kind = what.reply_bytes > 0 ? request_kind::read : request_kind::write;
  if (refuses_stranger(turn, what.request) ||
      !admit(turn, what.request, std::max(frame_bytes_, what.reply_bytes), kind))
    turn.requests.pop_back();
}

void connection::on_message(turn& turn, reports_decoded& what) {
  if (refuses_stranger(turn, 0))
    turn.requests.resize(turn.requests.size() - what.count);
  else
    meter_.take(what.count);
}

bool connection::admit(turn& turn, std::uint64_t request, std::uint32_t charge, request_kind kind) {
  switch (out_.admit(request, charge, kind, window_full_)) {
  case admitted::yes:
    return true;
  case admitted::id_in_use:
    answer_error(
        turn, request,
        {.code = errc::bad_request, .message = "a request with this request_id still waits"});
    return false;
  case admitted::node_full:
    answer_error(turn, request,
                 {.code = errc::overloaded,
                  .message = "the node has as many requests in flight as it may",
                  .retry_after_ms = retry_when_overloaded_ms});
    return false;
  }
  return false;
}

void connection::answer_error(turn& turn, std::uint64_t request, const error& why) {
  encode_error(turn.own, request, why);
  ++turn.own_count;
}

} // namespace weft::net
