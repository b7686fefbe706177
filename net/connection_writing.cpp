// The writing half of a connection: what waits goes out at once, in one write where it can.
#include "net/connection.hpp"
#include "net/io_thread.hpp"

namespace weft::net {

void connection::write(turn& turn) {
  if (blocked_)
    return queue_own(turn);
  for (;;) {
    if (writing_.empty()) {
      const auto before = phase_;
      apply(turn, out_.take(writing_));
      if (writing_.empty() && phase_ == before)
        break;
      if (writing_.empty())
        continue;
    }
    if (const auto how = write_from(writing_); how == written::broken)
      return drop();
    else if (how == written::some)
      return block(turn);
  }
  stalled_since_ = 0;
  if (phase_ < phase::closing)
    write_own(turn);
  else if (phase_ == phase::closing)
    linger();
}

connection::written connection::write_from(byte_buffer& from) {
  const auto put = transport_.write(from.view());
  if (put.status == io_status::broken)
    return written::broken;
  if (put.count == 0)
    return written::some;
  from.consume(put.count);
  // Zero means that something moves: the time in which a client must take something begins anew.
  stalled_since_ = 0;
  return from.empty() ? written::all : written::some;
}

void connection::write_own(turn& turn) {
  // The usual case: the connection's own answers leave without having been queued.
  if (turn.own.empty())
    return;
  if (const auto how = write_from(turn.own); how == written::broken)
    return drop();
  else if (how == written::all)
    return;
  // A part is out already: the rest goes before whatever the session has queued meanwhile.
  writing_.append(turn.own.view());
  out_.hold_own(turn.own_count);
  turn.clear_own();
  block(turn);
}

void connection::queue_own(turn& turn) {
  if (!turn.own.empty())
    out_.add_own(turn.own.view(), turn.own_count);
  turn.clear_own();
}

void connection::block(turn& turn) {
  // What this turn has answered waits behind what did not leave.
  queue_own(turn);
  blocked_ = true;
  if (stalled_since_ == 0)
    stalled_since_ = thread_.now();
  apply(turn, out_.stall(writing_.size()));
}

void connection::apply(turn& turn, const outbound_news& news) {
  if (news.sign_in != sign_in_result::none && phase_ == phase::signing_in)
    on_sign_in(turn, news.sign_in);
  if (news.is_drained && session_)
    session_.tell_drained();
  if (news.is_closed && phase_ < phase::closing) {
    session_.reset();
    phase_ = phase::closing;
    phase_due_ = thread_.now() + closing_within_ms;
  }
  if (news.is_abandoned && (phase_ == phase::signing_in || phase_ == phase::live)) {
    session_.reset();
    begin_closing(turn, {.code = errc::unavailable, .message = "the session has ended"});
  }
}

void connection::on_sign_in(turn& turn, sign_in_result result) {
  if (result == sign_in_result::succeeded) {
    phase_ = phase::live;
    signed_in_ = true;
    last_active_ = thread_.now();
    thread_.shared().counters.live.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  session_.reset();
  if (attempts_ >= sign_in_attempts_max)
    return begin_closing(turn,
                         {.code = errc::bad_credentials, .message = "too many failed sign-ins"});
  phase_ = phase::awaiting_sign_in;
  phase_due_ =
      thread_.now() + static_cast<clock_ms>(thread_.shared().limits.sign_in_within.count());
}

void connection::linger() {
  transport_.shut_writing();
  phase_ = phase::lingering;
  phase_due_ = thread_.now() + linger_ms;
}

} // namespace weft::net
