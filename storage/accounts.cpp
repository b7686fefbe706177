#include "storage/accounts.hpp"

#include "storage/rocks.hpp"

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

} // namespace weft::storage
