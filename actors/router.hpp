// Port: reach a user, a thread or a session wherever it lives.
#pragma once

#include "actors/messages.hpp"

namespace weft::actors {

/// Delivers by id. Implemented by cluster. Never blocks; safe for use by several threads. What
/// cannot be delivered and has a `request_ref` is answered with `request_failed` (`unavailable` or
/// `overloaded`, nothing written); what has none is dropped: its sender repeats it by itself.
/// Messages from one caller to one id keep their order.
class router {
public:
  virtual ~router() = default;

  /// To the thread's actor at its shard's leader, activated on first use.
  virtual void to_thread(const thread_id& thread, thread_inputs inputs) = 0;
  /// To the user's actor at its shard's leader, activated on first use.
  virtual void to_user(user_id user, user_inputs inputs) = 0;
  /// To the accounts actor of the shard of `where`: the slot of a name or of a user.
  virtual void to_accounts(slot where, account_inputs inputs) = 0;
  /// To the read service at the leader of the shard of `where`.
  virtual void to_reads(slot where, read_request request) = 0;
  /// To the leader of the shard of `where`, for users of that shard.
  virtual void to_presence(slot where, look_up_presence what) = 0;
  /// To the relay that sends a shard's touches.
  virtual void to_relay(touch_committed what) = 0;
  /// To one session.
  virtual void to_session(const session_address& where, session_notices notices) = 0;
  /// To every session of a user but one (`except` with session 0 excludes none).
  virtual void to_sessions_of(user_id user, const session_notice& notice,
                              const session_address& except) = 0;
};

} // namespace weft::actors
