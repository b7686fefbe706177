// A connection's way to its session actor.
#pragma once

#include "actors/interfaces.hpp"

namespace weft::net {

/// Holds the session of a connection, or none. Keeps the actor's memory, not the actor alive.
class session_link {
public:
  session_link() = default;
  explicit session_link(actors::session_actor session) : session_(std::move(session)) {}

  explicit operator bool() const { return static_cast<bool>(session_); }

  void send(actors::session_requests turn) const;
  /// The outlet has room again after a push was refused.
  void tell_drained() const;
  /// The connection is gone.
  void tell_detached() const;
  /// Nothing was heard for the session's expiry.
  void tell_expired() const;
  void reset() { session_ = nullptr; }

private:
  actors::session_actor session_;
};

} // namespace weft::net
