#include "storage/contacts.hpp"

#include "storage/rocks.hpp"

#include <rocksdb/snapshot.h>

namespace weft::storage {
namespace {

error damaged(user_id user, std::string_view what) {
  return corrupt("the contacts of user " + to_text(user), what);
}

} // namespace

result<contacts_version> contact_reader::version(user_id user) const {
  const auto number =
      get_number(store_.raw(), family::accounts, user_key(user, row_tag::contacts_version).view());
  if (!number)
    return number.failure();
  return contacts_version{*number};
}

result<std::optional<state::Contact>> contact_reader::contact(user_id user, user_id other) const {
  return get_message<state::Contact>(store_.raw(), family::accounts,
                                     contact_key(user, other).view());
}

result<std::vector<state::Contact>> contact_reader::all(user_id user, std::size_t limit) const {
  const auto prefix = user_key(user, row_tag::contact);
  prefix_scan rows(store_.raw(), family::accounts, prefix.view());
  std::vector<state::Contact> out;
  for (rows->SeekToFirst(); rows->Valid() && out.size() < limit; rows->Next()) {
    if (!out.emplace_back().ParseFromString(rows->value().ToString()))
      return damaged(user, "a row does not parse");
  }
  if (!rows->status().ok())
    return to_error(rows->status(), "read the contacts of user " + to_text(user));
  return out;
}

result<std::vector<state::Contact>>
contact_reader::changed_since(user_id user, contacts_version since, std::size_t limit) const {
  const auto& at = store_.raw();
  rocksdb::ManagedSnapshot moment(at.db.get());
  const auto prefix = user_key(user, row_tag::contact_change);
  prefix_scan changes(at, family::accounts, prefix.view(), moment.snapshot());
  rocksdb::ReadOptions as_of;
  as_of.snapshot = moment.snapshot();
  std::vector<state::Contact> out;
  for (changes->Seek(contact_change_key(user, since.next()).view());
       changes->Valid() && out.size() < limit; changes->Next()) {
    if (changes->value().size() != 8)
      return damaged(user, "an index entry is of no known form");
    const user_id other{get_be<std::uint64_t>(changes->value().data())};
    const auto row = get(at, family::accounts, contact_key(user, other).view(), as_of);
    if (!row)
      return row.failure();
    if (!*row || !out.emplace_back().ParseFromString(**row))
      return damaged(user, "an index entry has no row");
  }
  if (!changes->status().ok())
    return to_error(changes->status(), "read the contacts of user " + to_text(user));
  return out;
}

} // namespace weft::storage
