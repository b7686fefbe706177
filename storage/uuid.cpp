#include "storage/big_endian.hpp"
#include "storage/hex.hpp"
#include "storage/ids.hpp"
#include "storage/random.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace weft {
namespace {

using uuid_bytes = std::array<std::uint8_t, 16>;

constexpr std::uint64_t low_62_bits = (std::uint64_t{1} << 62) - 1;

void mark(uuid_bytes& bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
}

/// What the last UUIDv7 of this process was made of: 48 bits of time, then 12 + 62 bits that are
/// random in a new millisecond and counted up by random steps within one (RFC 9562, section 6.2,
/// method 2), so that ids of one process increase strictly and still cannot be guessed.
struct v7_state {
  std::mutex mutex;
  std::uint64_t ms = 0;
  std::uint64_t high_12 = 0;
  std::uint64_t low_62 = 0;

  void advance(std::uint64_t now) {
    const auto random = storage::random_u64();
    if (now > ms) {
      ms = now;
      // The counter starts in its lower half: there is room to count up.
      high_12 = random & 0x7ff;
      low_62 = storage::random_u64() & low_62_bits;
      return;
    }
    low_62 += 1 + (random & 0xffffffff);
    if (low_62 <= low_62_bits)
      return;
    low_62 &= low_62_bits;
    if (++high_12 <= 0xfff)
      return;
    high_12 = 0;
    ++ms;
  }
};

v7_state& process_state() {
  static v7_state state;
  return state;
}

} // namespace

uuid_bytes make_uuid_v4() {
  uuid_bytes out;
  storage::fill_random(out);
  mark(out, 4);
  return out;
}

uuid_bytes make_uuid_v7(time_ms now) {
  auto& state = process_state();
  const std::scoped_lock lock(state.mutex);
  state.advance(now.value);
  uuid_bytes out;
  auto* at = reinterpret_cast<char*>(out.data());
  storage::put_be(at, (state.ms << 16) | state.high_12);
  storage::put_be(at + 8, state.low_62);
  mark(out, 7);
  return out;
}

std::optional<time_ms> time_of(const op_id& op) {
  if (op.bytes[6] >> 4 != 7)
    return std::nullopt;
  return time_ms{storage::get_be<std::uint64_t>(reinterpret_cast<const char*>(op.bytes.data())) >>
                 16};
}

std::string to_uuid_text(const uuid_bytes& bytes) {
  const std::string_view view{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out += '-';
    storage::append_hex(out, view.substr(i, 1));
  }
  return out;
}

std::optional<uuid_bytes> parse_uuid_text(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return std::nullopt;
  std::string digits;
  digits.reserve(32);
  for (const std::size_t from : {0u, 9u, 14u, 19u, 24u})
    digits += text.substr(from, from == 0 ? 8 : from == 24 ? 12 : 4);
  uuid_bytes out;
  if (!storage::parse_hex(digits, out))
    return std::nullopt;
  return out;
}

} // namespace weft
