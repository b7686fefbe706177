#include "bin/weft/names.hpp"

namespace weft::bin {

const std::string& name_book::name_of(user_id user) {
  const auto known = names_.find(user);
  if (known != names_.end())
    return known->second;
  const auto found = session_.connection->find_user(user);
  return names_[user] = found ? found->name() : to_text(user);
}

} // namespace weft::bin
