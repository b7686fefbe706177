#include "cluster/presence/presence_reader.hpp"

#include "storage/accounts.hpp"
#include "storage/contacts.hpp"

namespace weft::cluster {
namespace {

/// An audience of a later version says less, not more.
audience audience_of(const state::Profile& profile) {
  const auto number = profile.last_seen_audience();
  return number <= static_cast<std::uint32_t>(audience::nobody) ? static_cast<audience>(number)
                                                                : audience::nobody;
}

presence_facts hidden_from_all() {
  return {std::make_shared<const visibility>(), time_ms{}};
}

} // namespace

result<bool> presence_reader::exists(user_id user) const {
  const auto account = storage::account_reader(store_).account(user);
  if (!account)
    return account.failure();
  return account->has_value() && (*account)->standing() != state::Account::DELETED;
}

result<presence_facts> presence_reader::facts_with(user_id user,
                                                   const std::vector<state::Contact>& known) const {
  const storage::account_reader accounts(store_);
  const auto profile = accounts.profile(user);
  if (!profile)
    return profile.failure();
  const auto seen = accounts.last_seen(user);
  if (!seen)
    return seen.failure();
  return presence_facts{std::make_shared<const visibility>(audience_of(*profile), known), *seen};
}

result<presence_facts> presence_reader::facts_of(user_id user) const {
  const auto found = exists(user);
  if (!found)
    return found.failure();
  if (!*found)
    return hidden_from_all();
  const auto known = storage::contact_reader(store_).all(user, contact_rows_max + 1);
  if (!known)
    return known.failure();
  if (known->size() > contact_rows_max)
    return hidden_from_all();
  return facts_with(user, *known);
}

result<presence_facts> presence_reader::facts_of(user_id user, user_id viewer) const {
  const auto found = exists(user);
  if (!found)
    return found.failure();
  if (!*found)
    return hidden_from_all();
  const auto row = storage::contact_reader(store_).contact(user, viewer);
  if (!row)
    return row.failure();
  std::vector<state::Contact> known;
  if (*row)
    known.push_back(**row);
  return facts_with(user, known);
}

result<std::vector<user_id>> presence_reader::contacts_of(user_id user, std::size_t limit) const {
  const auto rows = storage::contact_reader(store_).all(user, contact_rows_max);
  if (!rows)
    return rows.failure();
  std::vector<user_id> out;
  for (const auto& row : *rows)
    if (row.is_contact() && !row.is_blocked() && out.size() < limit)
      out.push_back(user_id{row.user()});
  return out;
}

} // namespace weft::cluster
