// What waits to be written to one client: filled by the session, emptied by the I/O thread.
#pragma once

#include "actors/outlet.hpp"
#include "net/admission.hpp"
#include "net/byte_buffer.hpp"
#include "net/server_context.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace weft::net {

/// Numbers the sign-in attempts of a connection: each has a session of its own, and what a former
/// one still says is ignored.
using attempt_no = std::uint32_t;

/// Whether the I/O thread must be told that there is something to take.
enum class wake { no, yes };

/// How the session's sign-in went, as its replies showed it.
enum class sign_in_result : std::uint8_t { none, succeeded, failed };

/// What the I/O thread finds when it looks.
struct outbound_news {
  sign_in_result sign_in = sign_in_result::none;
  /// The session has said its last word: close when everything is written.
  bool is_closed = false;
  /// The session has let go of its outlet: it is over, or knows that the connection is.
  bool is_abandoned = false;
  /// A session that was refused a push has room again.
  bool is_drained = false;
};

/// The queue towards one client, with the window of its requests. A reply settles its request here,
/// and the request's place is free once the reply is on the socket. Pushes are bounded: beyond the
/// limit they are refused, and the session is told when half of it is free. Safe for use by several
/// threads; encodes on the caller's thread, under a lock of its own. Must be retired before it
/// goes.
class outbound {
public:
  explicit outbound(server_context& shared) : shared_(shared), window_(shared.requests) {}
  outbound(const outbound&) = delete;
  outbound& operator=(const outbound&) = delete;

  // -- for the session's outlet, any thread -----------------------------------------------------

  wake reply(attempt_no from, const actors::session_notice& notice);
  wake push(attempt_no from, const actors::session_notice& notice, actors::push_result& result);
  wake tell_lagging(attempt_no from, inbox_version version);
  wake close(attempt_no from, const error& why);
  wake abandon(attempt_no from);
  void set_inbox_version(inbox_version version) {
    inbox_version_.store(version.value, std::memory_order_relaxed);
  }

  // -- for the I/O thread -----------------------------------------------------------------------

  inbox_version current_inbox_version() const {
    return inbox_version{inbox_version_.load(std::memory_order_relaxed)};
  }

  /// Who has signed in; user 0 when nobody has.
  user_id signed_in_user() const { return user_id{user_.load(std::memory_order_relaxed)}; }

  /// From now on only this attempt's session is heard; `request` is its sign-in.
  attempt_no begin_attempt(std::uint64_t request);

  bool window_is_full();
  /// Takes a request into the window. `is_full` tells whether another one may be read.
  admitted admit(std::uint64_t request, std::uint32_t charge, request_kind kind, bool& is_full);

  /// Queues frames of the connection's own: `count` of them answer frames of the client, which are
  /// charged to its window until they are written.
  void add_own(std::string_view frames, std::uint32_t count);
  /// Such frames, of which the caller has some left to write itself: they are charged until `take`
  /// is called again. Only while nothing that was taken is left.
  void hold_own(std::uint32_t count);
  /// Queues the last frame. What the session says from now on is dropped.
  void add_closing(const error& why);

  /// Exchanges `to`, which must be empty, for what waits. The caller writes it and then calls this
  /// again, until it stays empty; `wake::yes` comes again only after that. Everything taken before
  /// counts as written.
  outbound_news take(byte_buffer& to);
  /// The socket took no more: `left` bytes of what was taken remain.
  outbound_news stall(std::size_t left);

  /// Gives back memory that an idle connection does not need.
  void shrink();
  /// The socket is gone: nothing will be written any more.
  void shut();
  /// The I/O thread lets go of the connection: it is never woken again, nothing stays taken.
  void retire();

private:
  /// True when the session of this attempt may still say something.
  bool hears(attempt_no from) const { return from == attempt_ && !closed_; }
  /// There is something to take. Tells the I/O thread unless it knows.
  wake queue();
  outbound_news news();
  std::size_t queued_pushes() const { return filling_pushes_ + taken_pushes_; }
  bool admits_push(std::size_t bytes);
  void end_stall();

  server_context& shared_;
  std::mutex mutex_;
  byte_buffer filling_;
  session_window window_;
  std::atomic<std::uint64_t> inbox_version_{0};
  std::atomic<std::uint64_t> user_{0};
  std::uint64_t sign_in_request_ = 0;
  /// Bytes of pushes in `filling_` and among what was taken and is not written yet.
  std::uint32_t filling_pushes_ = 0;
  std::uint32_t taken_pushes_ = 0;
  /// Bytes that this connection has taken from the node's budget for slow readers.
  std::uint32_t stalled_bytes_ = 0;
  attempt_no attempt_ = 0;
  sign_in_result sign_in_ = sign_in_result::none;
  /// The I/O thread knows that there is something to take.
  bool queued_ = false;
  bool stalled_ = false;
  /// A push was refused.
  bool refused_push_ = false;
  /// Nothing may be queued any more.
  bool closed_ = false;
  bool session_closed_ = false;
  bool abandoned_ = false;
};

} // namespace weft::net
