#include "storage/log_row.hpp"

#include "storage/hash.hpp"
#include "storage/key_layout.hpp"
#include "storage/proto/event.pb.h"

namespace weft::storage {
namespace {

constexpr char version = 1;
constexpr std::size_t checksum_at = 1;
constexpr std::size_t checksummed_from = 5;
constexpr std::size_t header_bytes = 10;
constexpr std::size_t event_row_bytes = header_bytes + thread_id::size_bytes + 8 + 16 + 8;

void encode_event(const event_record& event, std::string& out) {
  char* at = out.data() + header_bytes;
  *at = static_cast<char>(event.thread.type);
  put_be(at + 1, event.thread.high);
  put_be(at + 9, event.thread.low);
  put_be(at + 17, event.seq.value);
  std::memcpy(at + 25, event.device.bytes.data(), event.device.bytes.size());
  put_be(at + 41, event.payload_hash);
  if (event.opening.empty())
    return;
  state::ThreadHead members;
  members.mutable_members()->Assign(event.opening.begin(), event.opening.end());
  members.AppendToString(&out);
}

error damaged(shard_id shard, log_index index, std::string_view what) {
  error out;
  out.code = errc::corrupt;
  out.message = "entry " + std::to_string(index.value) + " of the log of shard " +
                std::to_string(shard.value) + " is damaged: ";
  out.message += what;
  return out;
}

/// Puts together what the row and the event hold. False when the event contradicts the row.
bool fill(event_record& out, const log_row& row, std::string_view bytes) {
  Event event;
  state::ThreadHead opening;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      event.seq() != row.seq.value ||
      !opening.ParseFromArray(row.rest.data(), static_cast<int>(row.rest.size())))
    return false;
  out.thread = row.thread;
  out.seq = row.seq;
  out.ordinal = ordinal{event.ordinal()};
  out.time = time_ms{event.time_ms()};
  out.from = user_id{event.from()};
  out.device = row.device;
  out.op = uuid_from_bytes<op_id>(event.op_id()).value_or(op_id{});
  out.payload_hash = row.payload_hash;
  out.bytes = std::make_shared<const std::string>(bytes);
  out.opening.assign(opening.members().begin(), opening.members().end());
  return true;
}

} // namespace

void encode_log_row(const log_entry& entry, slot first_of_shard, std::string& out) {
  const auto* event = std::get_if<event_record>(&entry.what);
  out.resize(event ? event_row_bytes : header_bytes);
  out[0] = version;
  put_be(out.data() + checksummed_from, entry.epoch.value);
  out[checksummed_from + 4] =
      static_cast<char>(event ? log_row_kind::event : log_row_kind::state_record);
  std::string_view event_bytes;
  if (event) {
    encode_event(*event, out);
    event_bytes = *event->bytes;
  } else {
    std::get<state::Record>(entry.what).AppendToString(&out);
  }
  put_be(out.data() + checksum_at, log_checksum(first_of_shard, entry.index, out, event_bytes));
}

std::optional<log_row> decode_log_row(std::string_view bytes) {
  if (bytes.size() < header_bytes || bytes[0] != version)
    return std::nullopt;
  log_row out;
  out.checksum = get_be<std::uint32_t>(bytes.data() + checksum_at);
  out.epoch = epoch{get_be<std::uint32_t>(bytes.data() + checksummed_from)};
  out.kind = static_cast<log_row_kind>(bytes[checksummed_from + 4]);
  if (out.kind == log_row_kind::state_record) {
    out.rest = bytes.substr(header_bytes);
    return out;
  }
  if (out.kind != log_row_kind::event || bytes.size() < event_row_bytes)
    return std::nullopt;
  const char* at = bytes.data() + header_bytes;
  out.thread.type = static_cast<thread_id::kind>(*at);
  out.thread.high = get_be<std::uint64_t>(at + 1);
  out.thread.low = get_be<std::uint64_t>(at + 9);
  out.seq = sequence{get_be<std::uint64_t>(at + 17)};
  std::memcpy(out.device.bytes.data(), at + 25, out.device.bytes.size());
  out.payload_hash = get_be<std::uint64_t>(at + 41);
  out.rest = bytes.substr(event_row_bytes);
  return out;
}

std::uint32_t log_checksum(slot first_of_shard, log_index index, std::string_view row,
                           std::string_view event) {
  const auto place = (std::uint64_t{first_of_shard.value} << 48) ^ index.value;
  return static_cast<std::uint32_t>(hash64(row.substr(checksummed_from), hash64(event, place)));
}

result<log_entry> to_entry(shard_id shard, slot first_of_shard, log_index index,
                           std::string_view row_bytes, const log_row& row, std::string_view event) {
  if (log_checksum(first_of_shard, index, row_bytes, event) != row.checksum)
    return damaged(shard, index, "its checksum is wrong");
  log_entry out;
  out.shard = shard;
  out.index = index;
  out.epoch = row.epoch;
  if (row.kind == log_row_kind::event) {
    if (!fill(out.what.emplace<event_record>(), row, event))
      return damaged(shard, index, "its event contradicts it");
    return out;
  }
  auto& decided = out.what.emplace<state::Record>();
  if (!decided.ParseFromArray(row.rest.data(), static_cast<int>(row.rest.size())))
    return damaged(shard, index, "its record does not parse");
  return out;
}

} // namespace weft::storage
