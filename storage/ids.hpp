// The vocabulary of Weft: strong types for everything that is named by a number.
// See docs/glossary.md for the words and docs/formats/ids.md for the bytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// A number that only compares with its own kind. `Tag` makes the kind, `Rep` holds it.
template <class Tag, class Rep = std::uint64_t>
struct id {
  Rep value{};

  constexpr id() = default;
  constexpr explicit id(Rep v) : value(v) {}

  /// The id that follows in a dense numbering.
  constexpr id next() const { return id{static_cast<Rep>(value + 1)}; }
  /// True for every id but the zero one, which names nothing.
  constexpr explicit operator bool() const { return value != Rep{}; }
  constexpr auto operator<=>(const id&) const = default;
};

/// An account. The upper 16 bits are the slot of the hash of its name, so that the account and
/// the row that makes its name unique live in one shard. Never reused. See `slot_of`.
using user_id = id<struct user_tag>;

/// Position of an event in its thread: dense, from 1. 0 means "before the first".
using sequence = id<struct sequence_tag>;

/// Running count of the countable messages of a thread up to an event; unread is a difference.
using ordinal = id<struct ordinal_tag>;

/// One of 65,536 hash slots; every stored key begins with it.
using slot = id<struct slot_tag, std::uint16_t>;

/// A contiguous range of slots: the unit of placement, replication and movement.
using shard_id = id<struct shard_tag, std::uint32_t>;

/// Position in a shard's log: dense, from 1.
using log_index = id<struct log_index_tag>;

/// Generation of a shard's leadership; a lower one is refused.
using epoch = id<struct epoch_tag, std::uint32_t>;

/// Names one session on one node for the life of that node's process. Never reused.
using session_no = id<struct session_tag>;

/// Version of a user's inbox: raised by every change of one of its rows.
using inbox_version = id<struct inbox_version_tag>;

/// Version of a user's contacts: raised by every change of one of them.
using contacts_version = id<struct contacts_version_tag>;

/// Milliseconds since 1970-01-01 UTC by the clock of the node that decided.
using time_ms = id<struct time_tag>;

/// 128 bits named by whoever made them. `Tag` keeps device ids and operation ids apart.
template <class Tag>
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  constexpr auto operator<=>(const uuid&) const = default;
  constexpr explicit operator bool() const { return *this != uuid{}; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// One installation of a client; made by it, kept by it, bound to the account at login.
using device_id = uuid<struct device_tag>;

/// One operation of a client, a UUIDv7: its first 48 bits are the milliseconds of its making.
using op_id = uuid<struct op_tag>;

/// A node's store, written once when the store is created.
using store_id = uuid<struct store_tag>;

/// A conversation. A direct one is named by its two users, sorted, so that there is nothing to
/// create and no race; a group by the hash of (creator, op_id).
struct thread_id {
  enum class kind : std::uint8_t { none = 0, direct = 1, group = 2 };

  kind type = kind::none;
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr std::size_t size_bytes = 17;

  static thread_id direct(user_id a, user_id b);
  user_id lower_user() const { return user_id{high}; }
  user_id upper_user() const { return user_id{low}; }
  /// The other side of a direct thread; the user itself in a thread with oneself.
  user_id peer_of(user_id me) const { return me.value == high ? user_id{low} : user_id{high}; }
  bool names_user(user_id who) const { return who.value == high || who.value == low; }
  constexpr explicit operator bool() const { return type != kind::none; }
  constexpr auto operator<=>(const thread_id&) const = default;
};

/// Reads 16 bytes; nothing for any other size.
template <class Uuid>
std::optional<Uuid> uuid_from_bytes(std::string_view bytes) {
  if (bytes.size() != 16)
    return std::nullopt;
  Uuid out;
  for (std::size_t i = 0; i < 16; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  return out;
}

/// A random UUIDv4 (device and store ids) and a UUIDv7 of the given time (operation ids).
/// Operation ids made by one process for non-decreasing times increase strictly.
std::array<std::uint8_t, 16> make_uuid_v4();
std::array<std::uint8_t, 16> make_uuid_v7(time_ms now);

/// The time that a UUIDv7 claims; nothing when the version digit says that it is none.
std::optional<time_ms> time_of(const op_id& op);

/// Canonical text of 16 bytes: 8-4-4-4-12 hex digits. Parsing takes any case.
std::string to_uuid_text(const std::array<std::uint8_t, 16>& bytes);
std::optional<std::array<std::uint8_t, 16>> parse_uuid_text(std::string_view text);

/// 17 bytes: kind, then two big-endian numbers. This is the form of keys and of the protocol.
std::string to_bytes(const thread_id& thread);
std::optional<thread_id> thread_from_bytes(std::string_view bytes);

/// Printed form of a thread: 'd' or 'g' and 32 hex digits. Longer than any name may be, so that
/// a name and a thread are never mistaken for one another.
std::string to_text(const thread_id& thread);
std::optional<thread_id> parse_thread_text(std::string_view text);

/// Printed form of a user id: decimal.
std::string to_text(user_id user);

/// Largest number of bytes of a user's name.
inline constexpr std::size_t name_bytes_max = 32;

/// True for 1 to 32 characters of a-z 0-9 . _ - that begin with a letter or digit.
/// Names are folded to lower case before (`fold_name`), so that Ann and ann are one account.
bool is_valid_name(std::string_view name);
std::string fold_name(std::string_view name);

/// The slot that holds a user, a thread, or a name. XXH3 over the bytes of the id.
slot slot_of(user_id user);
slot slot_of(const thread_id& thread);
slot slot_of_name(std::string_view folded_name);

/// A user id in the slot of the name, its other 48 bits random: unique within the shard once
/// checked against it, and not to be guessed by counting.
user_id make_user_id(std::string_view folded_name, std::uint64_t random_bits);

/// XXH3 of what a client asked for: two operations with one id must agree in it.
std::uint64_t payload_hash(std::string_view content_type, std::string_view body);

} // namespace weft

template <class Tag, class Rep>
struct std::hash<weft::id<Tag, Rep>> {
  std::size_t operator()(const weft::id<Tag, Rep>& x) const noexcept {
    // Ids of one shard share their upper bits; multiplying spreads what remains.
    return static_cast<std::size_t>(x.value * 0x9E3779B97F4A7C15ULL);
  }
};

template <class Tag>
struct std::hash<weft::uuid<Tag>> {
  std::size_t operator()(const weft::uuid<Tag>& x) const noexcept {
    std::size_t out = 0;
    for (auto byte : x.bytes)
      out = out * 131 + byte;
    return out;
  }
};

template <>
struct std::hash<weft::thread_id> {
  std::size_t operator()(const weft::thread_id& x) const noexcept {
    return static_cast<std::size_t>((x.high * 0x9E3779B97F4A7C15ULL) ^
                                    (x.low + 0x165667B19E3779F9ULL) ^
                                    static_cast<std::uint64_t>(x.type));
  }
};
