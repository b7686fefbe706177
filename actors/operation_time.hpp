// The time in an operation's id, against the window of duplicate suppression.
#pragma once

#include "actors/limits.hpp"
#include "storage/error.hpp"
#include "storage/ids.hpp"

#include <optional>

namespace weft::actors {

/// Why an operation made at the time in its id may not be decided at the time `now`: `too_old` when
/// a repeat of it could no longer be told from something new, `bad_request` when it is no UUIDv7 or
/// from the future. Nothing when it may.
std::optional<error> refuse_time(const op_id& op, time_ms now, const limits& bounds);

} // namespace weft::actors
