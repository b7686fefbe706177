#include "storage/apply.hpp"

#include "storage/rocks.hpp"
#include "storage/state_rows.hpp"
#include "storage/thread_set.hpp"

#include <rocksdb/write_batch.h>

namespace weft::storage {
namespace {

template <std::size_t N>
rocksdb::Slice slice(const std::array<char, N>& bytes) {
  return {bytes.data(), N};
}

/// Turns records into rows of one write batch. Rows are put blindly: applying reads nothing.
class state_batch {
public:
  explicit state_batch(const store::handles& at) : at_(at) {}

  rocksdb::WriteBatch& rows() { return rows_; }

  void put(family where, std::string_view key, rocksdb::Slice value) {
    // A write batch without a size limit always takes the row.
    rows_.Put(at_[where], key, value).PermitUncheckedError();
  }

  void put_event(const event_record& event) {
    if (event.thread != last_thread_) {
      last_thread_ = event.thread;
      last_prefix_ = thread_prefix(event.thread);
    }
    if (event.op) {
      auto key = last_prefix_;
      key.text(event.device.view()).text(event.op.view());
      put(family::dedup, key.view(), slice(dedup_row{event.seq, event.payload_hash}.encode()));
    }
    if (!event.opening.empty())
      put_opening(event);
  }

  void put_head(const event_record& event) {
    put(family::threads, thread_row_key(event.thread, row_tag::thread_head).view(),
        slice(head_row{event.seq, event.ordinal, event.time}.encode()));
  }

  /// False when the record is of no known kind or names nothing that can be stored.
  bool put_record(slot first_of_shard, const state::Record& record) {
    switch (record.what_case()) {
    case state::Record::kAccountRegistered:
      return put_account(record.account_registered());
    case state::Record::kDeviceChanged:
      return put_device(record.device_changed());
    case state::Record::kInboxChanged:
      return put_inbox(record.inbox_changed());
    case state::Record::kCursorsMoved:
      return merge_cursors(record.cursors_moved());
    case state::Record::kTouchesRelayed:
      put(family::shards, shard_key(first_of_shard, row_tag::shard_relayed).view(),
          slice(encode_number(record.touches_relayed().upto())));
      return true;
    case state::Record::kEpochStarted:
      return true;
    case state::Record::kAccountChanged:
      return put_changed_account(record.account_changed());
    case state::Record::kAccountErased:
      return erase_account(user_id{record.account_erased().user()});
    case state::Record::kProfileChanged:
      return put_profile(record.profile_changed());
    case state::Record::kContactChanged:
      return put_contact(record.contact_changed());
    case state::Record::kBlockMirrored:
      return put_block(record.block_mirrored());
    case state::Record::kInviteChanged:
      return put_invite(record.invite_changed());
    case state::Record::kAuditWritten:
      put(family::accounts,
          audit_key(time_ms{record.audit_written().time_ms()}, record.audit_written().number())
              .view(),
          record.audit_written().SerializeAsString());
      return true;
    case state::Record::kLastSeen:
      for (const auto& seen : record.last_seen().users())
        put(family::accounts, user_key(user_id{seen.user()}, row_tag::account_seen).view(),
            slice(encode_number(seen.time_ms())));
      return true;
    case state::Record::WHAT_NOT_SET:
      return false;
    }
    return false;
  }

private:
  void put_opening(const event_record& event) {
    put(family::threads, thread_row_key(event.thread, row_tag::thread_created).view(),
        slice(encode_number(event.time.value)));
    for (const auto& member : event.opening)
      put(family::threads, member_key(event.thread, user_id{member.user()}).view(),
          encode_member(member));
  }

  bool put_account(const state::AccountRegistered& record) {
    const user_id user{record.user()};
    put(family::accounts, name_key(record.account().name()).view(),
        slice(encode_number(user.value)));
    put(family::accounts, user_key(user, row_tag::account_user).view(),
        record.account().SerializeAsString());
    return true;
  }

  bool put_device(const state::DeviceChanged& record) {
    const auto device = uuid_from_bytes<device_id>(record.device());
    if (!device)
      return false;
    put(family::accounts, device_key(user_id{record.user()}, *device).view(),
        record.row().SerializeAsString());
    return true;
  }

  bool put_changed_account(const state::AccountChanged& record) {
    const user_id user{record.user()};
    put(family::accounts, user_key(user, row_tag::account_user).view(),
        record.account().SerializeAsString());
    return !record.has_operation() || put_operation(user, record.operation());
  }

  bool put_profile(const state::ProfileChanged& record) {
    const user_id user{record.user()};
    put(family::accounts, user_key(user, row_tag::account_profile).view(),
        record.profile().SerializeAsString());
    return !record.has_operation() || put_operation(user, record.operation());
  }

  bool put_contact(const state::ContactChanged& record) {
    const user_id user{record.user()};
    const user_id other{record.row().user()};
    const contacts_version version{record.row().version()};
    if (record.previous_version() != 0 && record.previous_version() != version.value)
      erase(family::accounts,
            contact_change_key(user, contacts_version{record.previous_version()}).view());
    put(family::accounts, contact_key(user, other).view(), record.row().SerializeAsString());
    put(family::accounts, contact_change_key(user, version).view(),
        slice(encode_number(other.value)));
    put(family::accounts, user_key(user, row_tag::contacts_version).view(),
        slice(encode_number(version.value)));
    return !record.has_operation() || put_operation(user, record.operation());
  }

  bool put_block(const state::BlockMirrored& record) {
    const auto thread = thread_from_bytes(record.thread());
    if (!thread)
      return false;
    put(family::threads, block_key(*thread, user_id{record.user()}).view(),
        slice(block_row{record.is_blocked(), contacts_version{record.version()}}.encode()));
    return true;
  }

  bool put_invite(const state::InviteChanged& record) {
    if (record.code_hash().size() != code_hash_bytes)
      return false;
    put(family::accounts, invite_key(record.code_hash()).view(),
        record.invite().SerializeAsString());
    return true;
  }

  bool put_operation(user_id user, const state::Operation& done) {
    const auto device = uuid_from_bytes<device_id>(done.device());
    const auto op = uuid_from_bytes<op_id>(done.op_id());
    if (!device || !op)
      return false;
    put(family::dedup, user_operation_key(user, *device, *op).view(),
        slice(dedup_row{sequence{}, done.payload_hash()}.encode()));
    return true;
  }

  /// The rows of a user of each kind are a range: one tombstone erases it, however many there are.
  bool erase_account(user_id user) {
    for (const auto tag : {row_tag::account_device, row_tag::account_profile, row_tag::account_seen,
                           row_tag::contact, row_tag::contact_change, row_tag::contacts_version})
      erase_all(family::accounts, user_key(user, tag));
    for (const auto tag : {row_tag::inbox_thread, row_tag::inbox_order, row_tag::inbox_change,
                           row_tag::inbox_version})
      erase_all(family::inbox, user_key(user, tag));
    return true;
  }

  bool put_inbox(const state::InboxChanged& record) {
    const user_id user{record.user()};
    for (const auto& change : record.rows()) {
      if (!put_inbox_row(user, change))
        return false;
    }
    put(family::inbox, user_key(user, row_tag::inbox_version).view(),
        slice(encode_number(record.version())));
    return true;
  }

  bool put_inbox_row(user_id user, const state::InboxChanged::Row& change) {
    const auto& row = change.row();
    const auto thread = thread_from_bytes(row.thread());
    if (!thread)
      return false;
    const auto order = [&](std::uint64_t time) {
      return inbox_order_key(user, time_ms{time}, *thread);
    };
    const auto changed = [&](std::uint64_t version) {
      return inbox_change_key(user, inbox_version{version}, *thread);
    };
    // A row that was there before had a version; its index entries go.
    if (change.previous_version() != 0) {
      if (change.previous_time_ms() != row.last_time_ms())
        erase(family::inbox, order(change.previous_time_ms()).view());
      if (change.previous_version() != row.version())
        erase(family::inbox, changed(change.previous_version()).view());
    }
    put(family::inbox, inbox_row_key(user, *thread).view(), row.SerializeAsString());
    put(family::inbox, order(row.last_time_ms()).view(), {});
    put(family::inbox, changed(row.version()).view(), {});
    return true;
  }

  bool merge_cursors(const state::CursorsMoved& record) {
    const auto thread = thread_from_bytes(record.thread());
    if (!thread)
      return false;
    for (const auto& cursor : record.cursors())
      rows_
          .Merge(at_[family::threads], member_key(*thread, user_id{cursor.user()}).view(),
                 slice(encode_cursors(cursor.read_seq(), cursor.delivered_seq())))
          .PermitUncheckedError();
    return true;
  }

  void erase(family where, std::string_view key) {
    rows_.Delete(at_[where], key).PermitUncheckedError();
  }

  /// Erases every row whose key begins with `prefix`, which ends with a number.
  void erase_all(family where, const key_buffer& prefix) {
    const std::string begin{prefix.view()};
    auto end = begin;
    // What follows the prefix may hold any bytes: the end is the next number, carried over.
    for (auto at = end.rbegin(); at != end.rend(); ++at) {
      *at = static_cast<char>(static_cast<unsigned char>(*at) + 1);
      if (*at != 0)
        break;
    }
    rows_.DeleteRange(at_[where], begin, end).PermitUncheckedError();
  }

  const store::handles& at_;
  rocksdb::WriteBatch rows_;
  thread_id last_thread_;
  key_buffer last_prefix_;
};

error contradiction(const log_entry& entry, std::string_view what) {
  return corrupt("entry " + std::to_string(entry.index.value) + " of the log of shard " +
                     std::to_string(entry.shard.value),
                 what);
}

} // namespace

struct applier::impl {
  explicit impl(store& where) : at(where.raw()), batch(at), applied(where.shard_count()) {}

  result<void> load();
  result<void> put_in_order(std::span<const log_entry> entries);
  result<void> put_entry(const log_entry& entry);
  void put_newest(std::span<const log_entry> entries);
  result<void> write();

  const store::handles& at;
  state_batch batch;
  std::optional<error> load_failure;
  /// Applied index of each shard: as the state has it, and as it will be after this batch.
  std::vector<log_index> applied;
  std::vector<std::pair<shard_id, log_index>> applied_before;
  std::vector<bool> entered;
  thread_set heads;
};

result<void> applier::impl::load() {
  for (std::uint32_t i = 0; i < applied.size(); ++i) {
    const auto first = first_slot_of(shard_id{i}, at.format.shard_count);
    const auto value =
        get_number(at, family::shards, shard_key(first, row_tag::shard_applied).view());
    if (!value)
      return value.failure();
    applied[i] = log_index{*value};
  }
  return {};
}

/// Puts what has to be put in the order of the log, and notes which entries are new.
result<void> applier::impl::put_in_order(std::span<const log_entry> entries) {
  entered.assign(entries.size(), false);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    auto& reached = applied[entry.shard.value];
    if (entry.index <= reached)
      continue;
    if (entry.index != reached.next())
      return contradiction(entry, "the entry before it has not been applied");
    if (auto put = put_entry(entry); !put)
      return put;
    if (applied_before.empty() || applied_before.back().first != entry.shard)
      applied_before.emplace_back(entry.shard, reached);
    reached = entry.index;
    entered[i] = true;
  }
  return {};
}

result<void> applier::impl::put_entry(const log_entry& entry) {
  if (const auto* event = std::get_if<event_record>(&entry.what)) {
    batch.put_event(*event);
    at.clock->advance(entry.shard, event->time);
    return {};
  }
  const auto first = first_slot_of(entry.shard, at.format.shard_count);
  if (!batch.put_record(first, std::get<state::Record>(entry.what)))
    return contradiction(entry, "its record is of no known kind");
  return {};
}

/// Goes backwards, so that the first event seen of a thread is its newest: one head row a thread.
void applier::impl::put_newest(std::span<const log_entry> entries) {
  heads.clear(entries.size());
  for (auto i = entries.size(); i-- > 0;) {
    const auto* event = entered[i] ? std::get_if<event_record>(&entries[i].what) : nullptr;
    if (event && heads.insert(event->thread))
      batch.put_head(*event);
  }
  for (const auto& [shard, before] : applied_before) {
    const auto first = first_slot_of(shard, at.format.shard_count);
    batch.put(family::shards, shard_key(first, row_tag::shard_applied).view(),
              slice(encode_number(applied[shard.value].value)));
  }
}

result<void> applier::impl::write() {
  if (batch.rows().Count() == 0)
    return {};
  rocksdb::WriteOptions how;
  how.disableWAL = true;
  const auto status = at.db->Write(how, &batch.rows());
  return status.ok() ? result<void>{} : to_error(status, "apply entries to the state");
}

applier::applier(store& where) : impl_(std::make_unique<impl>(where)) {
  if (auto loaded = impl_->load(); !loaded)
    impl_->load_failure = loaded.failure();
}

applier::~applier() = default;

result<void> applier::apply(std::span<const log_entry> entries) {
  auto& my = *impl_;
  if (my.load_failure)
    return *my.load_failure;
  my.batch.rows().Clear();
  my.applied_before.clear();
  auto done = my.put_in_order(entries);
  if (done) {
    my.put_newest(entries);
    done = my.write();
  }
  if (!done) {
    // Backwards: a shard may be named more than once, its oldest index first.
    for (auto i = my.applied_before.rbegin(); i != my.applied_before.rend(); ++i)
      my.applied[i->first.value] = i->second;
  }
  return done;
}

} // namespace weft::storage
