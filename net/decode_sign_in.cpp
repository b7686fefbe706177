#include "net/decode_sign_in.hpp"

#include "actors/token.hpp"
#include "net/decode_fields.hpp"

namespace weft::net {

namespace {

/// What Register and Login have in common; an error or nothing.
template <class From>
std::optional<error> check_password_sign_in(const From& from, const actors::limits& limits) {
  if (from.password().size() > limits.password_bytes_max)
    return too_large("password", limits.password_bytes_max);
  if (from.device_name().size() > limits.device_name_bytes_max)
    return too_large("device_name", limits.device_name_bytes_max);
  if (!checked_device(from.device_id()))
    return bad_request(std::string{bad_device});
  if (!is_valid_name(fold_name(from.name())))
    return bad_request(std::string{bad_name});
  return std::nullopt;
}

/// Fills in what Register and Login have in common.
template <class From, class To>
void move_password_sign_in(From& from, To& to) {
  to.name = fold_name(from.name());
  to.password = std::move(*from.mutable_password());
  to.device = *checked_device(from.device_id());
  to.device_name = std::move(*from.mutable_device_name());
}

} // namespace

client_message take_sign_in(std::uint64_t request, Register& from, const actors::limits& limits) {
  if (auto why = check_password_sign_in(from, limits))
    return refused{request, std::move(*why)};
  if (from.password().size() < limits.password_bytes_min)
    return refused{request, bad_request("password is shorter than " +
                                        std::to_string(limits.password_bytes_min) + " bytes")};
  auto op = checked_op(from.op_id());
  if (!op)
    return refused{request, bad_request(std::string{bad_op})};
  actors::register_account out;
  out.op = *op;
  move_password_sign_in(from, out);
  return sign_in_asked{request, std::move(out)};
}

client_message take_sign_in(std::uint64_t request, Login& from, const actors::limits& limits) {
  if (auto why = check_password_sign_in(from, limits))
    return refused{request, std::move(*why)};
  actors::sign_in out;
  move_password_sign_in(from, out);
  return sign_in_asked{request, std::move(out)};
}

client_message take_sign_in(std::uint64_t request, Resume& from, const actors::limits& limits) {
  auto token = actors::parse_token(from.token());
  if (!token)
    return refused{request, {.code = errc::bad_credentials, .message = "the token is not valid"}};
  if (static_cast<std::size_t>(from.cursors_size()) > limits.resume_cursors_max)
    return refused{request,
                   {.code = errc::too_large,
                    .message = "more than " + std::to_string(limits.resume_cursors_max) +
                               " cursors: ask for the rest with HistoryRequest"}};
  actors::resume out;
  out.user = token->user;
  out.device = token->device;
  out.secret = std::move(token->secret);
  out.history_id = from.history_id();
  out.cursors.reserve(static_cast<std::size_t>(from.cursors_size()));
  for (auto& cursor : from.cursors()) {
    auto thread = checked_thread(cursor.thread());
    if (!thread)
      return refused{request, bad_request(std::string{bad_thread})};
    out.cursors.push_back({*thread, sequence{cursor.seq()}});
  }
  return sign_in_asked{request, std::move(out)};
}

} // namespace weft::net
