// Port: the sessions that live on this node, and who is told of them.
#pragma once

#include "actors/interfaces.hpp"

namespace weft::actors {

/// The node's session table. Implemented by cluster, which announces each session to the registry
/// of the user's shard. Safe for use by several threads; never blocks.
class sessions {
public:
  virtual ~sessions() = default;

  /// An address for a new session, never used before in this process.
  virtual session_address reserve() = 0;
  /// Makes the address reach the actor: from now on replies find it.
  virtual void attach(const session_address& where, const session_actor& who) = 0;
  /// The session is signed in: pushes for the user reach it. An older session of the same device
  /// gets `session_ended` (`fenced`).
  virtual void announce(const session_address& where, user_id user, const device_id& device) = 0;
  /// The session has ended.
  virtual void withdraw(const session_address& where) = 0;
};

} // namespace weft::actors
