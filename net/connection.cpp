#include "net/connection.hpp"

#include "net/io_thread.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace weft::net {

namespace {

clock_ms ms(std::chrono::milliseconds time) {
  return static_cast<clock_ms>(time.count());
}

} // namespace

connection::connection(io_thread& thread, int socket, connection_no number, std::uint32_t slot)
    : thread_(thread), out_(thread.shared()), transport_(socket, thread.shared().tls.accept()),
      number_(number), slot_(slot) {}

void connection::wake_if(wake what) {
  if (what == wake::yes)
    thread_.enqueue(shared_from_this());
}

void connection::open() {
  last_heard_ = thread_.now();
  phase_due_ = thread_.now() + ms(thread_.shared().limits.sign_in_within);
  if (!thread_.sockets().watch(transport_.socket(), watched_, this))
    return drop();
  settle();
}

void connection::on_ready(const ready_socket& how) {
  // An event of this round may have come from a socket that has been closed in it.
  if (!has_socket())
    return;
  if (how.is_broken && !is_reading())
    return drop();
  const auto turn = thread_.lend_turn();
  if (blocked_ && transport_.can_write(how)) {
    blocked_ = false;
    read_and_write(*turn, {});
  }
  if (has_socket() && is_reading() && (transport_.can_read(how) || how.is_broken))
    on_readable(*turn);
}

void connection::on_queue() {
  // Of a detached session nothing is expected any more.
  if (!has_socket())
    return;
  const auto turn = thread_.lend_turn();
  if (is_reading() && transport_.holds_bytes())
    on_readable(*turn);
  else
    read_and_write(*turn, {});
}

void connection::close(const error& why) {
  if (phase_ >= phase::closing)
    return;
  const auto turn = thread_.lend_turn();
  begin_closing(*turn, why);
  read_and_write(*turn, {});
}

void connection::stop(const error& why) {
  if (has_socket())
    close(why);
  else
    expire();
}

void connection::end() {
  if (has_socket())
    drop();
  // Whether or not `drop` has detached the session.
  expire();
}

void connection::begin_closing(turn& turn, const error& why) {
  if (phase_ >= phase::closing)
    return;
  queue_own(turn);
  out_.add_closing(why);
  phase_ = phase::closing;
  // Before its handshake is done a client cannot be told anything.
  phase_due_ = thread_.now() + (transport_.is_open() ? closing_within_ms : 0);
}

void connection::note_failed_handshake() {
  thread_.shared().counters.failed_handshakes.fetch_add(1, std::memory_order_relaxed);
  const auto why = transport_.failure();
  spdlog::debug("a TLS handshake failed: {}", why.empty() ? "the connection ended" : why);
}

void connection::end_session(turn& turn, const error& why) {
  begin_closing(turn, why);
  session_.tell_expired();
  session_.reset();
}

void connection::drop() {
  if (!has_socket())
    return;
  if (!transport_.is_open())
    note_failed_handshake();
  transport_.close();
  out_.shut();
  writing_.release();
  decoder_.clear();
  auto& shared = thread_.shared();
  shared.counters.connections.fetch_sub(1, std::memory_order_relaxed);
  if (signed_in_)
    shared.counters.live.fetch_sub(1, std::memory_order_relaxed);
  if (!session_)
    return leave();
  session_.tell_detached();
  // As many sessions may outlive their connections as there may be connections.
  const auto detached = shared.counters.detached.load(std::memory_order_relaxed);
  if (!signed_in_ || thread_.is_stopping() || detached >= shared.connections_max) {
    session_.tell_expired();
    return leave();
  }
  phase_ = phase::detached;
  shared.counters.detached.fetch_add(1, std::memory_order_relaxed);
  thread_.wheel().schedule(*this, due());
}

void connection::expire() {
  if (phase_ != phase::detached)
    return;
  session_.tell_expired();
  leave();
}

void connection::leave() {
  if (phase_ == phase::gone)
    return;
  thread_.wheel().cancel(*this);
  if (phase_ == phase::detached)
    thread_.shared().counters.detached.fetch_sub(1, std::memory_order_relaxed);
  phase_ = phase::gone;
  session_.reset();
  out_.retire();
  thread_.release(*this);
}

// -- deadlines ----------------------------------------------------------------------------------

std::optional<clock_ms> connection::inactive_at() const {
  if (!woken_by_push_ || foreground_ == in_foreground::yes)
    return std::nullopt;
  return last_active_ + ms(thread_.shared().limits.inactivity);
}

clock_ms connection::due() const {
  const auto expiry = ms(thread_.shared().limits.session_expiry);
  if (phase_ == phase::detached)
    return last_heard_ + expiry;
  if (phase_ != phase::live)
    return phase_due_;
  // Who is not read cannot be heard.
  auto out = (held_back_ ? thread_.now() : last_heard_) + expiry;
  if (stalled_since_ != 0)
    out = std::min(out, stalled_since_ + expiry);
  if (frame_due_ != 0)
    out = std::min(out, frame_due_);
  if (const auto inactive = inactive_at())
    out = std::min(out, *inactive);
  if (held_back_ && !window_full_)
    out = std::min(out, thread_.now() + meter_.wait_ms());
  return out;
}

void connection::settle() {
  // A deadline that has moved away is left where it is and looked at when it comes, so that a turn
  // moves nothing.
  const auto next = due();
  if (!is_scheduled() || next < wheel_entry::due())
    thread_.wheel().schedule(*this, next);
  // What TLS has read ahead is no news of the socket any more.
  if (is_reading() && transport_.holds_bytes())
    thread_.enqueue(shared_from_this());
  const auto wanted = transport_.watch_for(is_reading(), blocked_);
  if (wanted == watched_)
    return;
  watched_ = wanted;
  thread_.sockets().change(transport_.socket(), wanted, this);
}

void connection::on_time() {
  if (!has_socket())
    return expire();
  const auto turn = thread_.lend_turn();
  on_deadline(*turn);
  if (has_socket())
    read_and_write(*turn, {});
}

void connection::on_deadline(turn& turn) {
  const auto now = thread_.now();
  const auto expiry = ms(thread_.shared().limits.session_expiry);
  if (phase_ != phase::live) {
    if (phase_due_ > now)
      return;
    if (phase_ >= phase::closing)
      return drop();
    return begin_closing(turn, {.code = errc::timeout, .message = "signing in took too long"});
  }
  if (frame_due_ != 0 && frame_due_ <= now)
    return begin_closing(turn,
                         {.code = errc::timeout, .message = "a frame took too long to arrive"});
  // No use in telling a client that reads nothing.
  if (stalled_since_ != 0 && stalled_since_ + expiry <= now)
    return drop();
  if (const auto inactive = inactive_at(); inactive && *inactive <= now)
    return end_session(turn, {.code = errc::inactive,
                              .message = "nobody has used this client for a while; it comes back "
                                         "when it is opened"});
  if (held_back_ || last_heard_ + expiry > now)
    return;
  end_session(turn, {.code = errc::timeout, .message = "nothing was heard for too long"});
}

} // namespace weft::net
