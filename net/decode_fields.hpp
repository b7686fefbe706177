// Checks of single fields, shared by the decoders of requests.
#pragma once

#include "actors/messages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weft::net {

inline error bad_request(std::string message) {
  return {.code = errc::bad_request, .message = std::move(message)};
}

inline error too_large(std::string_view what, std::size_t max) {
  return {.code = errc::too_large,
          .message = std::string{what} + " is longer than " + std::to_string(max) + " bytes"};
}

/// A thread that can exist: a direct one names two users, the lower first.
std::optional<thread_id> checked_thread(std::string_view bytes);

/// 16 bytes that are not all zero.
std::optional<device_id> checked_device(std::string_view bytes);

/// 16 bytes that are a UUIDv7.
std::optional<op_id> checked_op(std::string_view bytes);

inline constexpr std::string_view bad_thread = "thread is not a thread id of 17 bytes";
inline constexpr std::string_view bad_device = "device_id is not 16 bytes";
inline constexpr std::string_view bad_op = "op_id is not a UUIDv7 of 16 bytes";
inline constexpr std::string_view bad_name =
    "name is not 1 to 32 of a-z 0-9 . _ - beginning with a letter or digit";

} // namespace weft::net
