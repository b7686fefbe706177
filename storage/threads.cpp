#include "storage/threads.hpp"

#include "storage/proto/event.pb.h"
#include "storage/rocks.hpp"
#include "storage/state_rows.hpp"

#include <algorithm>

namespace weft::storage {
namespace {

error damaged(const thread_id& thread, std::string_view what) {
  return corrupt("thread " + to_text(thread), what);
}

result<std::optional<head_row>> read_head(const store::handles& at, const thread_id& thread) {
  const auto value = get(at, family::threads, thread_row_key(thread, row_tag::thread_head).view());
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<head_row>{};
  auto row = head_row::decode(**value);
  if (!row)
    return damaged(thread, "its head does not parse");
  return row;
}

/// Block rows come before the members that they speak of.
using blocks_by_user = std::vector<std::pair<user_id, block_row>>;

/// Adds one row of a thread to its head; false when it does not parse.
bool add_row(state::ThreadHead& head, blocks_by_user& blocks, std::string_view key,
             std::string_view value) {
  const auto rest = key.substr(thread_prefix_bytes);
  if (rest.empty())
    return false;
  switch (static_cast<row_tag>(rest[0])) {
  case row_tag::thread_created:
    if (value.size() != 8)
      return false;
    head.set_created_ms(get_be<std::uint64_t>(value.data()));
    return true;
  case row_tag::thread_head: {
    const auto row = head_row::decode(value);
    if (!row)
      return false;
    head.set_last_seq(row->last_seq.value);
    head.set_last_ordinal(row->last_ordinal.value);
    head.set_last_time_ms(row->last_time.value);
    return true;
  }
  case row_tag::thread_member: {
    if (rest.size() != 9)
      return false;
    auto member = decode_member(user_id{get_be<std::uint64_t>(rest.data() + 1)}, value);
    if (member)
      *head.add_members() = *std::move(member);
    return member.has_value();
  }
  case row_tag::thread_block: {
    const auto row = block_row::decode(value);
    if (rest.size() != 9 || !row)
      return false;
    blocks.emplace_back(user_id{get_be<std::uint64_t>(rest.data() + 1)}, *row);
    return true;
  }
  default:
    return false;
  }
}

void add_blocks(state::ThreadHead& head, const blocks_by_user& blocks) {
  for (const auto& [user, row] : blocks)
    for (auto& member : *head.mutable_members())
      if (member.user() == user.value) {
        member.set_blocks_peer(row.is_blocked);
        member.set_blocks_version(row.version.value);
      }
}

/// Collects a page of events; `step` walks towards newer or older ones.
class page {
public:
  page(const thread_id& thread, const event_range& range) : thread_(thread), range_(range) {}

  /// False when the page is full. Sequences are dense: what is missing is damage, not absence.
  bool add(rocksdb::Iterator& rows, sequence expected) {
    if (!rows.Valid())
      return miss(expected);
    const auto key = rows.key().ToStringView();
    const auto value = rows.value().ToStringView();
    if (key.size() != message_key_bytes || value.empty() || value[0] != row_version)
      return fail("a message row is of no known form");
    if (get_be<std::uint64_t>(key.data() + thread_prefix_bytes) != expected.value)
      return miss(expected);
    if (!events.empty() && bytes_ + value.size() - 1 > range_.bytes_max)
      return false;
    bytes_ += value.size() - 1;
    events.push_back({expected, std::string{value.substr(1)}});
    return events.size() < range_.limit;
  }

  std::vector<stored_event> events;
  std::optional<error> failure;

private:
  bool miss(sequence expected) {
    return fail("event " + std::to_string(expected.value) + " is missing");
  }
  bool fail(std::string_view what) {
    failure = damaged(thread_, what);
    return false;
  }

  const thread_id& thread_;
  const event_range& range_;
  std::size_t bytes_ = 0;
};

void read_up(page& into, rocksdb::Iterator& rows, const thread_id& thread, sequence from,
             sequence last) {
  rows.Seek(message_key(thread, from).view());
  for (auto seq = from; seq <= last; seq = seq.next(), rows.Next()) {
    if (!into.add(rows, seq))
      return;
  }
}

void read_down(page& into, rocksdb::Iterator& rows, const thread_id& thread, sequence from) {
  rows.SeekForPrev(message_key(thread, from).view());
  for (auto seq = from; seq; seq = sequence{seq.value - 1}, rows.Prev()) {
    if (!into.add(rows, seq))
      break;
  }
  std::reverse(into.events.begin(), into.events.end());
}

result<std::optional<done_operation>> to_operation(const thread_id& thread, const op_id& op,
                                                   std::string_view value) {
  const auto row = dedup_row::decode(value);
  if (!row)
    return damaged(thread, "a row of a done operation does not parse");
  return std::optional{done_operation{op, row->seq, row->payload_hash}};
}

} // namespace

result<std::optional<state::ThreadHead>> thread_reader::head(const thread_id& thread) const {
  const auto prefix = thread_prefix(thread);
  prefix_scan rows(store_.raw(), family::threads, prefix.view());
  state::ThreadHead out;
  blocks_by_user blocks;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (!add_row(out, blocks, rows->key().ToStringView(), rows->value().ToStringView()))
      return damaged(thread, "one of its rows does not parse");
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the thread " + to_text(thread));
  add_blocks(out, blocks);
  if (out.last_seq() == 0)
    return std::optional<state::ThreadHead>{};
  return std::optional{std::move(out)};
}

result<std::vector<std::pair<user_id, contacts_version>>>
thread_reader::blocks_of(const thread_id& thread) const {
  const auto prefix = thread_row_key(thread, row_tag::thread_block);
  prefix_scan rows(store_.raw(), family::threads, prefix.view());
  blocks_by_user blocks;
  state::ThreadHead unused;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (!add_row(unused, blocks, rows->key().ToStringView(), rows->value().ToStringView()))
      return damaged(thread, "one of its rows does not parse");
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the thread " + to_text(thread));
  std::vector<std::pair<user_id, contacts_version>> out;
  for (const auto& [user, row] : blocks)
    if (row.is_blocked)
      out.emplace_back(user, row.version);
  return out;
}

result<std::vector<stored_event>> thread_reader::events(const thread_id& thread,
                                                        const event_range& range) const {
  const auto head = read_head(store_.raw(), thread);
  if (!head)
    return head.failure();
  page out(thread, range);
  if (!*head || range.limit == 0)
    return std::move(out.events);
  auto last = (*head)->last_seq;
  if (range.before)
    last = std::min(last, sequence{std::max<std::uint64_t>(range.before->value, 1) - 1});
  const auto prefix = thread_prefix(thread);
  prefix_scan rows(store_.raw(), family::messages, prefix.view());
  if (!range.after)
    read_down(out, *rows, thread, last);
  else if (*range.after < last) // Whatever a client asks for: there is no number after the last.
    read_up(out, *rows, thread, range.after->next(), last);
  // Rows that cannot be read end the page as well.
  if (!rows->status().ok())
    return to_error(rows->status(), "read events of the thread " + to_text(thread));
  if (out.failure)
    return *out.failure;
  return std::move(out.events);
}

result<ordinal> thread_reader::ordinal_at(const thread_id& thread, sequence seq) const {
  if (!seq)
    return ordinal{};
  const auto head = read_head(store_.raw(), thread);
  if (!head)
    return head.failure();
  if (!*head)
    return ordinal{};
  if (seq >= (*head)->last_seq)
    return (*head)->last_ordinal;
  const auto value = get(store_.raw(), family::messages, message_key(thread, seq).view());
  if (!value)
    return value.failure();
  Event event;
  if (!*value || (*value)->empty() || (**value)[0] != row_version ||
      !event.ParseFromArray((*value)->data() + 1, static_cast<int>((*value)->size() - 1)))
    return damaged(thread, "event " + std::to_string(seq.value) + " is missing or does not parse");
  return ordinal{event.ordinal()};
}

result<std::optional<done_operation>>
thread_reader::newest_operation(const thread_id& thread, const device_id& device) const {
  const auto prefix = dedup_prefix(thread, device);
  prefix_scan rows(store_.raw(), family::dedup, prefix.view());
  rows->SeekToLast();
  if (!rows->status().ok())
    return to_error(rows->status(), "read operations of the thread " + to_text(thread));
  if (!rows->Valid())
    return std::optional<done_operation>{};
  const auto op = uuid_from_bytes<op_id>(rows->key().ToStringView().substr(prefix.view().size()));
  if (!op)
    return damaged(thread, "the key of a done operation is of no known form");
  return to_operation(thread, *op, rows->value().ToStringView());
}

result<std::optional<done_operation>>
thread_reader::operation(const thread_id& thread, const device_id& device, const op_id& op) const {
  const auto value = get(store_.raw(), family::dedup, dedup_key(thread, device, op).view());
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<done_operation>{};
  return to_operation(thread, op, **value);
}

} // namespace weft::storage
