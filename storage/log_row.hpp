// One row of a shard's log. See docs/formats/log.md.
#pragma once

#include "storage/record.hpp"
#include "storage/result.hpp"

#include <string>
#include <string_view>

namespace weft::storage {

/// Kinds of rows; the numbers are on disk.
enum class log_row_kind : std::uint8_t { event = 1, state_record = 2 };

/// A row as it is read back. The views refer to the bytes it was decoded from.
struct log_row {
  std::uint32_t checksum = 0;
  weft::epoch epoch;
  log_row_kind kind = log_row_kind::state_record;
  /// Of an event: where its message row is, and what the event itself does not hold.
  thread_id thread;
  sequence seq;
  device_id device;
  std::uint64_t payload_hash = 0;
  /// Of a thread's first event the encoded members; of a record the encoded `state.Record`.
  std::string_view rest;
};

/// Encodes the row of `entry` into `out`, replacing what it held.
void encode_log_row(const log_entry& entry, slot first_of_shard, std::string& out);

/// Takes a row apart; nothing when it is too short or of an unknown version or kind.
std::optional<log_row> decode_log_row(std::string_view bytes);

/// The checksum of a row at its place: over the place, the event's bytes (empty for a record), and
/// the row behind the checksum itself.
std::uint32_t log_checksum(slot first_of_shard, log_index index, std::string_view row,
                           std::string_view event);

/// The entry that a row and its event's bytes stand for. `corrupt` when anything disagrees.
result<log_entry> to_entry(shard_id shard, slot first_of_shard, log_index index,
                           std::string_view row_bytes, const log_row& row, std::string_view event);

} // namespace weft::storage
