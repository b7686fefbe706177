#include "actors/operation_time.hpp"

namespace weft::actors {

std::optional<error> refuse_time(const op_id& op, time_ms now, const limits& bounds) {
  const auto made = time_of(op);
  if (!made)
    return error{errc::bad_request, "op_id is not a UUIDv7", outcome::nothing_written, 0};
  const auto window = static_cast<std::uint64_t>(bounds.operation_window.count());
  const auto ahead = static_cast<std::uint64_t>(bounds.operation_ahead_max.count());
  if (made->value + window < now.value)
    return error{errc::too_old,
                 "the operation id is older than the window of duplicate suppression; "
                 "look whether the operation was done before doing it under a new id",
                 outcome::nothing_written, 0};
  if (made->value > now.value + ahead)
    return error{errc::bad_request,
                 "the operation id is from the future; make ids by the time in Hello",
                 outcome::nothing_written, 0};
  return std::nullopt;
}

} // namespace weft::actors
