// The state of the SESSION actor.
#pragma once

#include "actors/actor_support.hpp"
#include "actors/inbox_assembly.hpp"
#include "actors/outlet.hpp"
#include "actors/presence_assembly.hpp"
#include "actors/sessions.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weft::actors {

/// signing_in --> live --> ended
///      |            |
///      +------------+--> ended: refused, signed out, fenced, expired
///
/// A connection that breaks leaves the session live, without its outlet, until the heartbeat
/// deadline (`expired`). Nothing depends on what a session remembers: whatever it drops is read
/// from the durable thread by cursor.
class session_state {
public:
  static inline const char* name = "session";

  explicit session_state(session_actor::pointer self) : self_(self) {}

  void open(const domain& env, sessions& table, std::shared_ptr<outlet> client, credentials who,
            std::uint64_t request);

  void on_requests(session_requests& requests);
  void on_notices(session_notices& notices);
  void on_drained();
  void on_detached();
  void on_expired();

private:
  void ask(send_request& what);
  void ask(history_request& what);
  void ask(inbox_request& what);
  void ask(mark_read_request& what);
  void ask(find_user_request& what);
  void ask(delivered_report& what);
  void ask(sign_out_request& what);
  void ask(presence_request& what);
  /// Whether the user may have a part in a thread, as far as its id tells. What may not be is
  /// refused here, so that ids that a client makes up activate nothing.
  bool may_take_part(const thread_id& thread) const;
  void refuse_unseen(std::uint64_t request);
  void to_thread(const thread_id& thread, thread_input input);
  /// Hands the inputs of a turn to their threads, one message each.
  void flush_turn();

  void tell(signed_in& what);
  void tell(signed_out& what);
  void tell(request_failed& what);
  void tell(history_page& what);
  void tell(inbox_page& what);
  void tell(last_event_read& what);
  void tell(presence_read& what);
  void tell(inbox_moved& what);
  void tell(session_confirmed& what);
  void tell(session_ended& what);
  template <class Push>
  requires(std::is_same_v<Push, events_delivered> || std::is_same_v<Push, receipt_moved> ||
           std::is_same_v<Push, own_read_moved>) void tell(Push& what) {
    push(session_notice{std::move(what)});
  }
  template <class Reply>
  void tell(Reply& what) {
    reply(session_notice{std::move(what)});
  }

  /// Asks whether the token still holds, again and again until the answer comes.
  void confirm();
  void raise_inbox_version(weft::inbox_version version);
  /// Reads behind the next cursors, a few at a time.
  void catch_up();
  void caught_up_one();
  void push(const session_notice& notice);
  void reply(const session_notice& notice);
  request_ref ref(std::uint64_t request) const { return {address_, request}; }
  /// Tells the client why, then ends.
  void tell_end(const error& why);
  void end();

  session_actor::pointer self_;
  const domain* env_ = nullptr;
  sessions* table_ = nullptr;
  session_address address_;
  /// Null once the connection is gone.
  std::shared_ptr<outlet> client_;
  bool live_ = false;
  bool confirmed_ = false;
  bool lagging_ = false;
  user_id user_;
  std::string user_name_;
  device_id device_;
  /// Of the token by which this session is signed in.
  std::string token_hash_;
  weft::inbox_version inbox_version_;
  /// Cursors not yet read behind, and how many reads are under way.
  std::deque<held_cursor> cursors_;
  std::size_t catching_up_ = 0;
  inbox_assembly assembly_;
  presence_assembly presence_;
  /// The inputs of the present turn by thread: few, so that a vector does.
  std::vector<std::pair<thread_id, thread_inputs>> turn_;
};

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     const domain& env, sessions* table,
                                     std::shared_ptr<outlet> client, credentials who,
                                     std::uint64_t request);

} // namespace weft::actors
