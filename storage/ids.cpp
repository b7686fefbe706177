#include "storage/ids.hpp"

#include "storage/big_endian.hpp"
#include "storage/hash.hpp"
#include "storage/hex.hpp"

#include <algorithm>

namespace weft {
namespace {

constexpr std::uint64_t low_48_bits = (std::uint64_t{1} << 48) - 1;

/// Slots are the upper 16 bits of a hash, so that every range of slots is a range of hashes.
slot slot_of_hash(std::uint64_t hash) {
  return slot{static_cast<std::uint16_t>(hash >> 48)};
}

using thread_bytes = std::array<char, thread_id::size_bytes>;

thread_bytes bytes_of(const thread_id& thread) {
  thread_bytes out;
  out[0] = static_cast<char>(thread.type);
  storage::put_be(out.data() + 1, thread.high);
  storage::put_be(out.data() + 9, thread.low);
  return out;
}

std::optional<thread_id> made_of(thread_id::kind kind, std::uint64_t high, std::uint64_t low) {
  const bool direct = kind == thread_id::kind::direct;
  if (!direct && kind != thread_id::kind::group)
    return std::nullopt;
  // A direct thread has one name only: the smaller user first.
  if (direct && (high > low || high == 0))
    return std::nullopt;
  thread_id out;
  out.type = kind;
  out.high = high;
  out.low = low;
  return out;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

thread_id thread_id::direct(user_id a, user_id b) {
  thread_id out;
  out.type = kind::direct;
  out.high = std::min(a.value, b.value);
  out.low = std::max(a.value, b.value);
  return out;
}

std::string to_bytes(const thread_id& thread) {
  const auto bytes = bytes_of(thread);
  return {bytes.data(), bytes.size()};
}

std::optional<thread_id> thread_from_bytes(std::string_view bytes) {
  if (bytes.size() != thread_id::size_bytes)
    return std::nullopt;
  return made_of(static_cast<thread_id::kind>(bytes[0]),
                 storage::get_be<std::uint64_t>(bytes.data() + 1),
                 storage::get_be<std::uint64_t>(bytes.data() + 9));
}

std::string to_text(const thread_id& thread) {
  const auto bytes = bytes_of(thread);
  std::string out(1, thread.type == thread_id::kind::direct ? 'd' : 'g');
  storage::append_hex(out, {bytes.data() + 1, bytes.size() - 1});
  return out;
}

std::optional<thread_id> parse_thread_text(std::string_view text) {
  if (text.size() != 33 || (text[0] != 'd' && text[0] != 'g'))
    return std::nullopt;
  std::array<std::uint8_t, 16> bytes;
  if (!storage::parse_hex(text.substr(1), bytes))
    return std::nullopt;
  const auto* at = reinterpret_cast<const char*>(bytes.data());
  return made_of(text[0] == 'd' ? thread_id::kind::direct : thread_id::kind::group,
                 storage::get_be<std::uint64_t>(at), storage::get_be<std::uint64_t>(at + 8));
}

std::string to_text(user_id user) {
  return std::to_string(user.value);
}

bool is_valid_name(std::string_view name) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && is_letter_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::string fold_name(std::string_view name) {
  std::string out{name};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

slot slot_of(user_id user) {
  return slot_of_hash(user.value);
}

slot slot_of(const thread_id& thread) {
  const auto bytes = bytes_of(thread);
  return slot_of_hash(storage::hash64({bytes.data(), bytes.size()}));
}

slot slot_of_name(std::string_view folded_name) {
  return slot_of_hash(storage::hash64(folded_name));
}

user_id make_user_id(std::string_view folded_name, std::uint64_t random_bits) {
  // Never 0 below the slot: in slot 0 that would be the id that names nobody.
  const std::uint64_t low = std::max<std::uint64_t>(random_bits & low_48_bits, 1);
  return user_id{(std::uint64_t{slot_of_name(folded_name).value} << 48) | low};
}

std::uint64_t payload_hash(std::string_view content_type, std::string_view body) {
  // The type's hash seeds the body's, so that no byte can move from the one to the other.
  return storage::hash64(body, storage::hash64(content_type));
}

} // namespace weft
