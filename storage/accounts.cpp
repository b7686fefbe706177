#include "storage/accounts.hpp"

#include "storage/rocks.hpp"
#include "storage/state_rows.hpp"

namespace weft::storage {

result<std::optional<std::pair<user_id, state::Account>>>
account_reader::by_name(std::string_view folded_name) const {
  using found = std::optional<std::pair<user_id, state::Account>>;
  if (!is_valid_name(folded_name))
    return found{};
  const auto number = get_number(store_.raw(), family::accounts, name_key(folded_name).view());
  if (!number)
    return number.failure();
  const user_id user{*number};
  if (!user)
    return found{};
  auto row = account(user);
  if (!row)
    return row.failure();
  if (!*row)
    return corrupt("the name " + std::string{folded_name}, "it has a user without an account");
  return found{{user, **std::move(row)}};
}

result<std::optional<state::Account>> account_reader::account(user_id user) const {
  return get_message<state::Account>(store_.raw(), family::accounts,
                                     user_key(user, row_tag::account_user).view());
}

result<std::optional<state::Device>> account_reader::device(user_id user,
                                                            const device_id& device) const {
  return get_message<state::Device>(store_.raw(), family::accounts,
                                    device_key(user, device).view());
}

result<std::vector<account_device>> account_reader::devices(user_id user, std::size_t limit) const {
  const auto prefix = user_key(user, row_tag::account_device);
  prefix_scan rows(store_.raw(), family::accounts, prefix.view());
  std::vector<account_device> out;
  for (rows->SeekToFirst(); rows->Valid() && out.size() < limit; rows->Next()) {
    const auto device =
        uuid_from_bytes<device_id>(rows->key().ToStringView().substr(prefix.view().size()));
    account_device next;
    if (!device || !next.row.ParseFromString(rows->value().ToString()))
      return corrupt("the devices of user " + to_text(user), "a row does not parse");
    next.device = *device;
    out.push_back(std::move(next));
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the devices of user " + to_text(user));
  return out;
}

result<state::Profile> account_reader::profile(user_id user) const {
  auto row = get_message<state::Profile>(store_.raw(), family::accounts,
                                         user_key(user, row_tag::account_profile).view());
  if (!row)
    return row.failure();
  return std::move(*row).value_or(state::Profile{});
}

result<time_ms> account_reader::last_seen(user_id user) const {
  const auto number =
      get_number(store_.raw(), family::accounts, user_key(user, row_tag::account_seen).view());
  if (!number)
    return number.failure();
  return time_ms{*number};
}

result<std::optional<std::uint64_t>>
account_reader::operation(user_id user, const device_id& device, const op_id& op) const {
  const auto value = get(store_.raw(), family::dedup, user_operation_key(user, device, op).view());
  if (!value)
    return value.failure();
  if (!*value)
    return std::optional<std::uint64_t>{};
  const auto row = dedup_row::decode(**value);
  if (!row)
    return corrupt("an operation of user " + to_text(user), "its row does not parse");
  return std::optional{row->payload_hash};
}

result<std::vector<account_row>> account_reader::accounts_of(slot where, user_id after,
                                                             std::size_t limit) const {
  const auto prefix = key_buffer{}.number(where.value).tag(row_tag::account_user);
  prefix_scan rows(store_.raw(), family::accounts, prefix.view());
  auto from = prefix;
  rows->Seek(from.number(after.next().value).view());
  std::vector<account_row> out;
  for (; rows->Valid() && out.size() < limit; rows->Next()) {
    const auto rest = rows->key().ToStringView().substr(prefix.view().size());
    account_row next;
    if (rest.size() != 8 || !next.account.ParseFromString(rows->value().ToString()))
      return corrupt("the accounts of slot " + std::to_string(where.value), "a row does not parse");
    next.user = user_id{get_be<std::uint64_t>(rest.data())};
    out.push_back(std::move(next));
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the accounts of slot " + std::to_string(where.value));
  return out;
}

result<std::optional<state::Invite>> account_reader::invite(std::string_view code_hash) const {
  if (code_hash.size() != code_hash_bytes)
    return std::optional<state::Invite>{};
  return get_message<state::Invite>(store_.raw(), family::accounts, invite_key(code_hash).view());
}

result<std::vector<state::AuditEntry>>
account_reader::audit(const std::optional<audit_position>& below, std::size_t limit) const {
  const auto prefix = key_buffer{}.number(audit_slot.value).tag(row_tag::audit);
  prefix_scan rows(store_.raw(), family::accounts, prefix.view());
  if (below) {
    const auto position = audit_key(below->time, below->number);
    rows->Seek(position.view());
    if (rows->Valid() && rows->key() == rocksdb::Slice(position.view()))
      rows->Next();
  } else {
    rows->SeekToFirst();
  }
  std::vector<state::AuditEntry> out;
  for (; rows->Valid() && out.size() < limit; rows->Next()) {
    if (!out.emplace_back().ParseFromString(rows->value().ToString()))
      return corrupt("the audit log", "a row does not parse");
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the audit log");
  return out;
}

} // namespace weft::storage
