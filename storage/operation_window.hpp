// How long operations are remembered: the one place that says so.
#pragma once

#include <chrono>

namespace weft::storage {

/// The window of duplicate suppression: within it a repeat of an operation is recognized, beyond it
/// whoever is asked to do an operation answers `too_old` by the time in its id.
inline constexpr std::chrono::milliseconds operation_window = std::chrono::hours(7 * 24);

/// How much longer the rows of operations are kept. Rows go by the newest time in the shard's log,
/// which may be ahead of the clock by which an operation is judged: for the time between judging it
/// and looking it up, and because a clock that ran ahead while an event was written has been set
/// back since. A day covers wrong time zones and dates entered by hand; beyond that the judge has
/// to heed `store::log_time`.
inline constexpr std::chrono::milliseconds operation_slack = std::chrono::hours(24);

} // namespace weft::storage
