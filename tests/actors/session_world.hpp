// A world with one SESSION in it and a client that keeps what it is told.
#pragma once

#include "actors/spawn.hpp"
#include "tests/actors/support.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weft::testing {

class session_world : public world {
public:
  using world::world;

  /// Starts a session that signs in with these credentials as request 1.
  void start(actors::credentials who);
  /// Starts a session of Ann's phone that has signed in; all records are forgotten.
  void start_live();
  /// Tells the session that its sign-in has succeeded.
  void let_in(inbox_version version = inbox_version{});
  /// Tells it that its token still holds, which it has asked for since.
  void confirm(inbox_version version = inbox_version{});

  void ask(actors::session_requests requests);
  void tell(actors::session_notices notices);
  /// What the connection reports: its outlet has drained, it is gone, it was silent for too long.
  void drained();
  void detached();
  void expired();

  actors::session_address address() const { return table.attached.at(0); }
  /// Replies of one kind that the client got.
  template <class Kind>
  std::vector<Kind> replies() const {
    return only<Kind>(client->replies);
  }
  template <class Kind>
  std::vector<Kind> pushes() const {
    return only<Kind>(client->pushes);
  }
  bool has_ended() const { return *ended_; }

  static actors::resume token_of_ann();
  /// A push of events with these numbers.
  static actors::events_delivered events(const thread_id& thread, std::vector<std::uint64_t> seqs);

  std::shared_ptr<recording_outlet> client = std::make_shared<recording_outlet>();
  recording_sessions table;

private:
  actors::session_actor actor_;
  std::shared_ptr<const bool> ended_;
};

} // namespace weft::testing
