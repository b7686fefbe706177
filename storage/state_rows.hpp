// The rows of the state that are not protobuf: small, written for every event, of a fixed size.
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace weft::storage {

/// First byte of message and head rows.
inline constexpr char row_version = 1;

/// Value of a thread's head row: version, then three big-endian numbers.
struct head_row {
  static constexpr std::size_t size_bytes = 25;

  sequence last_seq;
  ordinal last_ordinal;
  time_ms last_time;

  std::array<char, size_bytes> encode() const;
  static std::optional<head_row> decode(std::string_view bytes);
};

/// Value of a deduplication row: the sequence and the payload hash of what was done.
struct dedup_row {
  static constexpr std::size_t size_bytes = 16;

  sequence seq;
  std::uint64_t payload_hash = 0;

  std::array<char, size_bytes> encode() const;
  static std::optional<dedup_row> decode(std::string_view bytes);
};

/// Value of a block row: whether the member blocks the other one, as of which contacts version.
struct block_row {
  static constexpr std::size_t size_bytes = 9;

  bool is_blocked = false;
  contacts_version version;

  std::array<char, size_bytes> encode() const;
  static std::optional<block_row> decode(std::string_view bytes);
};

/// Length of the two cursors that a member row begins with. See cursor_merge.hpp.
inline constexpr std::size_t cursors_bytes = 16;

/// The two cursors, as the beginning of a member row or as a merge operand.
std::array<char, cursors_bytes> encode_cursors(std::uint64_t read_seq, std::uint64_t delivered_seq);

/// Value of a member row: cursors, then the name.
std::string encode_member(const state::Member& member);
std::optional<state::Member> decode_member(user_id user, std::string_view bytes);

/// A number as a value.
std::array<char, 8> encode_number(std::uint64_t value);

} // namespace weft::storage
