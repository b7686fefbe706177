// Whether a user is there, in the words that all layers share.
#pragma once

#include "storage/ids.hpp"

#include <cstdint>
#include <vector>

namespace weft::actors {

/// What another user may know. The numbers are those of the protocol (`weft.Presence.State`).
enum class presence_state : std::uint8_t {
  /// Hidden from who asks, or no such user: the two are not told apart.
  hidden = 0,
  offline = 1,
  online = 2,
  /// Whoever knows has just started; `last_seen` is the last value known.
  unknown = 3,
};

/// One user as another one sees him.
struct user_presence {
  user_id user;
  presence_state state = presence_state::hidden;
  /// 0 when hidden, online, or not known.
  time_ms last_seen{};

  bool operator==(const user_presence&) const = default;
};

} // namespace weft::actors
