// Port of net: how a connection gets its session. Implemented where the actors are wired (bin).
#pragma once

#include "actors/interfaces.hpp"
#include "actors/outlet.hpp"

#include <memory>

namespace weft::net {

/// Starts sessions for connections that ask to sign in. Safe for use by several threads.
class session_host {
public:
  virtual ~session_host() = default;

  /// Spawns the session that signs in with `who` and speaks to `client`. The outcome comes through
  /// the outlet: `signed_in`, or `request_failed` after which the session is over and the
  /// connection may try again.
  virtual actors::session_actor start(actors::credentials who, std::uint64_t request,
                                      std::shared_ptr<actors::outlet> client) = 0;
};

} // namespace weft::net
