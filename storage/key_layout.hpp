// The keys of every column family. See docs/formats/keys.md.
#pragma once

#include "storage/big_endian.hpp"
#include "storage/ids.hpp"

#include <array>
#include <string_view>

namespace weft::storage {

/// The column families in the order in which they are opened.
enum class family : std::uint8_t { meta, log, messages, threads, dedup, accounts, inbox, shards };
inline constexpr std::size_t family_count = 8;
inline constexpr std::array<std::string_view, family_count> family_names{
    "default", "log", "messages", "threads", "dedup", "accounts", "inbox", "shards"};

/// Kinds of rows within a family, as the byte behind the slot (or behind the thread).
enum class row_tag : char {
  thread_created = 'c',   ///< threads: time of the first event
  thread_head = 'h',      ///< threads: last sequence, ordinal and time
  thread_member = 'm',    ///< threads: one member
  thread_block = 'b',     ///< threads: whether one member blocks the other
  account_name = 'n',     ///< accounts: name -> user
  account_user = 'u',     ///< accounts: user -> Account
  account_device = 'd',   ///< accounts: user, device -> Device
  account_profile = 'p',  ///< accounts: user -> Profile
  account_seen = 's',     ///< accounts: user -> time last seen
  contact = 'k',          ///< accounts: user, other -> Contact
  contact_change = 'c',   ///< accounts: user, version -> other
  contacts_version = 'v', ///< accounts: user -> version
  invite = 'i',           ///< accounts: hash of the code -> Invite
  audit = 'a',            ///< accounts, slot 0: inverted time, number -> AuditEntry
  inbox_thread = 't',     ///< inbox: user, thread -> InboxRow
  inbox_order = 'o',      ///< inbox: user, inverted time, thread
  inbox_change = 'c',     ///< inbox: user, version, thread
  inbox_version = 'v',    ///< inbox: user -> version
  shard_applied = 'a',    ///< shards: applied index
  shard_epoch = 'e',      ///< shards: hard state
  shard_relayed = 'r',    ///< shards: index up to which touches have been relayed
};

inline constexpr std::size_t slot_bytes = 2;
/// Slot and thread: what the rows of one thread have in common.
inline constexpr std::size_t thread_prefix_bytes = slot_bytes + thread_id::size_bytes;
inline constexpr std::size_t message_key_bytes = thread_prefix_bytes + 8 + 1;
inline constexpr std::size_t dedup_key_bytes = thread_prefix_bytes + 16 + 16;
inline constexpr std::size_t log_key_bytes = slot_bytes + 8;

/// The part of a message row's key behind the sequence: 0 is the event itself.
inline constexpr char message_event_part = 0;

/// A key of at most 64 bytes, built from left to right without allocating. Long enough for every
/// key here: the longest is that of a deduplication row (51 bytes).
class key_buffer {
public:
  template <std::unsigned_integral T>
  key_buffer& number(T value) {
    put_be(bytes_.data() + size_, value);
    size_ += sizeof value;
    return *this;
  }
  key_buffer& text(std::string_view what) {
    std::memcpy(bytes_.data() + size_, what.data(), what.size());
    size_ += what.size();
    return *this;
  }
  key_buffer& tag(row_tag what) {
    bytes_[size_++] = static_cast<char>(what);
    return *this;
  }
  key_buffer& thread(const thread_id& what) {
    return number(static_cast<std::uint8_t>(what.type)).number(what.high).number(what.low);
  }

  std::string_view view() const { return {bytes_.data(), size_}; }

private:
  std::array<char, 64> bytes_;
  std::size_t size_ = 0;
};

inline key_buffer log_key(slot first_of_shard, log_index index) {
  return key_buffer{}.number(first_of_shard.value).number(index.value);
}

inline key_buffer thread_prefix(const thread_id& thread) {
  return key_buffer{}.number(slot_of(thread).value).thread(thread);
}

inline key_buffer message_key(const thread_id& thread, sequence seq) {
  auto key = thread_prefix(thread);
  return key.number(seq.value).number(static_cast<std::uint8_t>(message_event_part));
}

inline key_buffer thread_row_key(const thread_id& thread, row_tag tag) {
  auto key = thread_prefix(thread);
  return key.tag(tag);
}

inline key_buffer member_key(const thread_id& thread, user_id member) {
  auto key = thread_prefix(thread);
  return key.tag(row_tag::thread_member).number(member.value);
}

inline key_buffer block_key(const thread_id& thread, user_id member) {
  auto key = thread_prefix(thread);
  return key.tag(row_tag::thread_block).number(member.value);
}

inline key_buffer dedup_prefix(const thread_id& thread, const device_id& device) {
  auto key = thread_prefix(thread);
  return key.text(device.view());
}

inline key_buffer dedup_key(const thread_id& thread, const device_id& device, const op_id& op) {
  auto key = dedup_prefix(thread, device);
  return key.text(op.view());
}

inline key_buffer name_key(std::string_view folded_name) {
  return key_buffer{}
      .number(slot_of_name(folded_name).value)
      .tag(row_tag::account_name)
      .text(folded_name.substr(0, name_bytes_max));
}

/// A row of one user: slot, kind, user.
inline key_buffer user_key(user_id user, row_tag tag) {
  return key_buffer{}.number(slot_of(user).value).tag(tag).number(user.value);
}

inline key_buffer device_key(user_id user, const device_id& device) {
  auto key = user_key(user, row_tag::account_device);
  return key.text(device.view());
}

inline key_buffer contact_key(user_id user, user_id other) {
  return user_key(user, row_tag::contact).number(other.value);
}

inline key_buffer contact_change_key(user_id user, contacts_version version) {
  return user_key(user, row_tag::contact_change).number(version.value);
}

/// Operations of a user's shard lie among those of threads, under a thread of kind 0.
inline key_buffer user_operation_key(user_id user, const device_id& device, const op_id& op) {
  key_buffer key;
  key.number(slot_of(user).value).number(std::uint8_t{0}).number(user.value);
  return key.number(std::uint64_t{0}).text(device.view()).text(op.view());
}

/// The slot of an invitation: of the first bytes of its code's hash.
inline slot slot_of_invite(std::string_view code_hash) {
  return slot{get_be<std::uint16_t>(code_hash.data())};
}

inline constexpr std::size_t code_hash_bytes = 32;

inline key_buffer invite_key(std::string_view code_hash) {
  return key_buffer{}
      .number(slot_of_invite(code_hash).value)
      .tag(row_tag::invite)
      .text(code_hash.substr(0, code_hash_bytes));
}

/// Operators' actions are few: all of them lie in the first shard, the newest first.
inline constexpr slot audit_slot{0};

inline key_buffer audit_key(time_ms time, std::uint64_t number) {
  return key_buffer{}
      .number(audit_slot.value)
      .tag(row_tag::audit)
      .number(~time.value)
      .number(~number);
}

inline key_buffer inbox_row_key(user_id user, const thread_id& thread) {
  auto key = user_key(user, row_tag::inbox_thread);
  return key.thread(thread);
}

/// Time is inverted: the newest thread comes first.
inline key_buffer inbox_order_key(user_id user, time_ms time, const thread_id& thread) {
  auto key = user_key(user, row_tag::inbox_order);
  return key.number(~time.value).thread(thread);
}

inline key_buffer inbox_change_key(user_id user, inbox_version version, const thread_id& thread) {
  auto key = user_key(user, row_tag::inbox_change);
  return key.number(version.value).thread(thread);
}

inline key_buffer shard_key(slot first_of_shard, row_tag tag) {
  return key_buffer{}.number(first_of_shard.value).tag(tag);
}

} // namespace weft::storage
