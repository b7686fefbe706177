// Port: the way from a session to its client.
#pragma once

#include "actors/messages.hpp"

namespace weft::actors {

/// Whether a push was taken.
enum class push_result {
  taken,
  /// The window is full; the push is dropped and `session_actor` hears `drained` when there is
  /// room.
  full,
};

/// Carries notices to one client's connection. Implemented by net: it encodes on the caller's
/// thread and lets the I/O thread write. Safe for use by several threads; never blocks.
class outlet {
public:
  virtual ~outlet() = default;

  /// A reply to a request: never dropped; bounded because a session's requests are.
  virtual void reply(const session_notice& notice) = 0;
  /// Something the client did not ask for.
  virtual push_result push(const session_notice& notice) = 0;
  /// Tells the client that pushes were dropped since the last such notice: it must sync.
  virtual void tell_lagging(inbox_version version) = 0;
  /// The version that heartbeats report from now on.
  virtual void set_inbox_version(inbox_version version) = 0;
  /// Says why and closes the connection once that is written.
  virtual void close(const error& why) = 0;
};

} // namespace weft::actors
