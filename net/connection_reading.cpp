// The reading half of a connection: bytes to frames, as far as the client's window goes.
#include "net/connection.hpp"
#include "net/io_thread.hpp"

#include <string>
#include <utility>

namespace weft::net {

void connection::on_readable(turn& turn) {
  const auto got = transport_.read(turn.bytes);
  if (got.status == io_status::ended || got.status == io_status::broken)
    return drop();
  if (got.count > 0)
    last_heard_ = thread_.now();
  // What a client says after the last word is read and thrown away.
  if (got.count > 0 && phase_ < phase::closing)
    read_and_write(turn, {turn.bytes.data(), got.count});
  else
    settle();
}

void connection::read_and_write(turn& turn, std::string_view lent) {
  do {
    turn.clear();
    if (held_back_ || !lent.empty())
      read_frames(turn, std::exchange(lent, {}));
    const auto only_heartbeats = turn.heartbeats > 0 && turn.heartbeats == turn.own_count &&
                                 turn.requests.empty() && !decoder_.holds_bytes();
    if (!turn.requests.empty())
      session_.send(std::exchange(turn.requests, {}));
    write(turn);
    if (!has_socket())
      return;
    if (only_heartbeats && !blocked_)
      shrink();
    // Goes on when what stood in the way has just been written.
  } while (held_back_ && !blocked_ && may_read_on());
  settle();
}

void connection::read_frames(turn& turn, std::string_view lent) {
  const auto had_begun = decoder_.holds_bytes();
  auto completed = false;
  window_full_ = out_.window_is_full();
  if (held_back_)
    last_heard_ = thread_.now();
  for (;;) {
    held_back_ = window_full_ || turn.is_full() || !meter_.may_read(thread_.now());
    if (held_back_ || phase_ >= phase::closing)
      break;
    const auto payload_max =
        phase_ == phase::live ? thread_.shared().frame_bytes_max() : stranger_frame_bytes_max;
    const auto frame = decoder_.next(lent, payload_max);
    if (frame.status == frame_status::too_long) {
      begin_closing(
          turn, {.code = errc::too_large,
                 .message = "a frame is longer than " + std::to_string(payload_max) + " bytes"});
      break;
    }
    if (frame.status == frame_status::incomplete)
      break;
    completed = true;
    handle(turn, frame.payload);
  }
  if (phase_ >= phase::closing)
    return decoder_.clear();
  decoder_.keep(lent);
  if (held_back_ || !decoder_.holds_bytes())
    frame_due_ = 0;
  else if (!had_begun || completed || frame_due_ == 0)
    frame_due_ =
        thread_.now() + static_cast<clock_ms>(thread_.shared().limits.frame_within.count());
}

bool connection::may_read_on() {
  if (phase_ >= phase::closing || !meter_.may_read(thread_.now()))
    return false;
  window_full_ = out_.window_is_full();
  return !window_full_;
}

void connection::shrink() {
  writing_.release();
  out_.shrink();
}

} // namespace weft::net
