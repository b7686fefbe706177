// One client's connection: its socket, its handshake, its deadlines.
#pragma once

#include "net/frame.hpp"
#include "net/outbound.hpp"
#include "net/poller.hpp"
#include "net/session_link.hpp"
#include "net/timing_wheel.hpp"
#include "net/transport.hpp"
#include "net/turn.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace weft::net {

class io_thread;

/// Names a connection for the life of the process.
using connection_no = std::uint64_t;

/// awaiting_hello --Hello--> awaiting_sign_in <--refused, up to five times--+
///       |                        |        |                                |
///       |                        |        +--Register, Login, Resume--> signing_in
///       |                        |                                         |
///       |  deadline, bad frame   |                                     signed in
///       |                        |                                         v
///       +----------> closing <---+-------- bad frame, expiry, end of ---- live
///                       |                  the session                     |
///              Closing is written                                  the socket breaks
///                       v                                                  v
///                   lingering                                           detached
///                       |                                                  |
///                       +--the client closes, or a deadline--> gone <------+
///
/// `closing` writes what is queued, the last of it a Closing; `lingering` reads until the client
/// has closed too, so that no reset overtakes that frame. `detached` has no socket any more: it
/// stays until the heartbeat deadline, so that the session can be told. A socket that breaks in any
/// other phase leads to `gone`, as does a session that may not stay: then the I/O thread has let
/// go.
///
/// The object is small, and holds no buffer while nothing is under way. All but `out` and `wake_if`
/// belong to the I/O thread.
class connection final : public std::enable_shared_from_this<connection>, public wheel_entry {
public:
  /// `socket` has been accepted and does not block; the connection closes it.
  connection(io_thread& thread, int socket, connection_no number, std::uint32_t slot);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // -- any thread -------------------------------------------------------------------------------

  outbound& out() { return out_; }
  /// Has the I/O thread call `on_queue`.
  void wake_if(wake what);

  // -- I/O thread -------------------------------------------------------------------------------

  void open();
  void on_ready(const ready_socket& how);
  /// The session has put something into `out`.
  void on_queue();
  void on_time();
  /// Says why and closes once that is written.
  void close(const error& why);
  /// The node stops: tells the client, or ends a session that has none any more.
  void stop(const error& why);
  /// Ends at once, with the session. Does nothing when that has happened.
  void end();

  /// True until the client has signed in, or is on its way out.
  bool is_stranger() const { return phase_ <= phase::signing_in; }
  bool has_socket() const { return !transport_.is_closed(); }
  connection_no number() const { return number_; }
  std::uint32_t slot() const { return slot_; }

private:
  enum class phase : std::uint8_t {
    awaiting_hello,
    awaiting_sign_in,
    signing_in,
    live,
    closing,
    lingering,
    detached,
    gone,
  };

  // Reading: connection_reading.cpp.
  void on_readable(turn& turn);
  void read_and_write(turn& turn, std::string_view lent);
  void read_frames(turn& turn, std::string_view lent);
  bool may_read_on();
  void shrink();

  // What frames mean: connection_frames.cpp.
  void handle(turn& turn, std::string_view payload);
  void on_message(turn& turn, unreadable& what);
  void on_message(turn& turn, refused& what);
  void on_message(turn& turn, hello_asked& what);
  void on_message(turn& turn, sign_in_asked& what);
  void on_message(turn& turn, heartbeat_heard& what);
  void on_message(turn& turn, status_asked& what);
  void on_message(turn& turn, locate_asked& what);
  void on_message(turn& turn, request_decoded& what);
  void on_message(turn& turn, reports_decoded& what);
  bool admit(turn& turn, std::uint64_t request, std::uint32_t charge, request_kind kind);
  bool refuses_before_hello(turn& turn, std::uint64_t request);
  bool refuses_stranger(turn& turn, std::uint64_t request);
  actors::presence_changes presence_since(std::uint64_t version) const;
  static void answer_error(turn& turn, std::uint64_t request, const error& why);

  // Writing: connection_writing.cpp.
  enum class written : std::uint8_t { all, some, broken };
  void write(turn& turn);
  written write_from(byte_buffer& from);
  void write_own(turn& turn);
  void queue_own(turn& turn);
  void block(turn& turn);
  void apply(turn& turn, const outbound_news& news);
  void on_sign_in(turn& turn, sign_in_result result);
  void linger();

  // Deadlines and the end: connection.cpp.
  /// The client is being listened to.
  bool is_reading() const {
    return phase_ == phase::lingering || (phase_ < phase::closing && !held_back_);
  }
  void settle();
  clock_ms due() const;
  void on_deadline(turn& turn);
  /// When the client will have been unused for too long; nothing for one that may be.
  std::optional<clock_ms> inactive_at() const;
  void begin_closing(turn& turn, const error& why);
  void note_failed_handshake();
  /// The session ends now, and with it the connection.
  void end_session(turn& turn, const error& why);
  /// The socket is broken, or of no more use: detaches the session, or leaves.
  void drop();
  /// The detached session has had its time, or may have no more.
  void expire();
  /// Has the I/O thread let go.
  void leave();

  io_thread& thread_;
  outbound out_;
  session_link session_;
  frame_decoder decoder_;
  /// Taken from `out_`, not yet on the socket.
  byte_buffer writing_;
  report_meter meter_;
  transport transport_;
  connection_no number_;
  /// When the phase must be over, except for `live` and `detached`.
  clock_ms phase_due_ = 0;
  /// When the frame that has begun must be complete; 0 when none has.
  clock_ms frame_due_ = 0;
  clock_ms last_heard_ = 0;
  /// Since when the client has only beaten and reported.
  clock_ms last_active_ = 0;
  /// Since when the socket has taken nothing of what waits; 0 when nothing waits.
  clock_ms stalled_since_ = 0;
  std::uint32_t slot_;
  /// Bytes of the frame that is being handled, header included.
  std::uint32_t frame_bytes_ = 0;
  std::uint8_t attempts_ = 0;
  phase phase_ = phase::awaiting_hello;
  interest watched_ = interest::read;
  bool signed_in_ = false;
  bool woken_by_push_ = false;
  in_foreground foreground_ = in_foreground::no;
  /// Not read, because the client's window or its meter is exhausted, or its answers do not leave.
  bool held_back_ = false;
  /// As of the last look.
  bool window_full_ = false;
  /// The socket took no more; it will say when it does.
  bool blocked_ = false;
};

} // namespace weft::net
