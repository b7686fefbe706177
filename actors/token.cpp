#include "actors/token.hpp"

#include <sodium.h>

#include <charconv>

namespace weft::actors {

namespace {

constexpr std::size_t user_digits = 16;
constexpr std::size_t device_digits = 32;
constexpr std::size_t secret_digits = 2 * token_secret_bytes;

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
  out.pop_back();
  return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
  std::string out(digits.size() / 2, '\0');
  std::size_t length = 0;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                    digits.data(), digits.size(), nullptr, &length, nullptr);
  if (failed != 0 || length != out.size())
    return std::nullopt;
  return out;
}

} // namespace

std::string format_token(user_id user, const device_id& device, std::string_view secret) {
  std::string number(8, '\0');
  for (std::size_t i = 0; i < 8; ++i)
    number[i] = static_cast<char>(user.value >> (56 - 8 * i));
  return to_hex(number) + to_hex(device.view()) + to_hex(secret);
}

std::optional<token_parts> parse_token(std::string_view text) {
  if (text.size() != user_digits + device_digits + secret_digits)
    return std::nullopt;
  token_parts out;
  const auto number = text.substr(0, user_digits);
  const auto read =
      std::from_chars(number.data(), number.data() + number.size(), out.user.value, 16);
  auto device = from_hex(text.substr(user_digits, device_digits));
  auto secret = from_hex(text.substr(user_digits + device_digits));
  if (read.ec != std::errc{} || read.ptr != number.data() + number.size() || !device || !secret)
    return std::nullopt;
  out.device = *uuid_from_bytes<device_id>(*device);
  out.secret = std::move(*secret);
  return out;
}

std::string make_token_secret() {
  std::string out(token_secret_bytes, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

std::string hash_token_secret(std::string_view secret) {
  std::string out(token_secret_bytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr,
                     0);
  return out;
}

bool same_hash(std::string_view a, std::string_view b) {
  return a.size() == b.size() && !a.empty() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace weft::actors
