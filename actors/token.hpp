// Device tokens as text.
#pragma once

#include "storage/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weft::actors {

/// Random bytes of a token: as many as its hash, so that neither is the weaker one.
inline constexpr std::size_t token_secret_bytes = 32;

/// A token taken apart: the user id and device say where to look, the secret is what counts.
struct token_parts {
  user_id user;
  device_id device;
  std::string secret;
};

/// Lower-case hex: 16 digits of the user id, 32 of the device id, 64 of the secret.
std::string format_token(user_id user, const device_id& device, std::string_view secret);
std::optional<token_parts> parse_token(std::string_view text);

/// A new secret from the system's random source.
std::string make_token_secret();
/// What is stored of a secret: BLAKE2b-256. A fast hash will do, since the secret is random.
std::string hash_token_secret(std::string_view secret);
/// Compares in constant time.
bool same_hash(std::string_view a, std::string_view b);

} // namespace weft::actors
