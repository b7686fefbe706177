#include "net/decode_presence.hpp"

#include "net/decode_fields.hpp"

#include <algorithm>

namespace weft::net {

namespace {

/// Bytes of one user in a PresenceList.
constexpr std::size_t expected_user_bytes = 24;

} // namespace

client_message take_heartbeat(std::uint64_t request, const Heartbeat& from) {
  return heartbeat_heard{request, from.presence_version(),
                         from.foreground() ? in_foreground::yes : in_foreground::no};
}

client_message take_request(std::uint64_t request, const PresenceRequest& from,
                            const actors::limits& limits, actors::session_requests& turn) {
  const auto count = static_cast<std::size_t>(from.user_ids_size());
  if (count == 0)
    return refused{request, bad_request("user_ids is empty")};
  if (count > limits.presence_lookup_users_max)
    return refused{request,
                   {.code = errc::too_large,
                    .message = "more than " + std::to_string(limits.presence_lookup_users_max) +
                               " users in one PresenceRequest"}};
  if (std::count(from.user_ids().begin(), from.user_ids().end(), 0) > 0)
    return refused{request, bad_request("a user id is 0")};
  actors::presence_request out;
  out.request = request;
  for (const auto user : from.user_ids())
    out.users.push_back(user_id{user});
  turn.emplace_back(std::move(out));
  return request_decoded{request, static_cast<std::uint32_t>(count * expected_user_bytes)};
}

} // namespace weft::net
