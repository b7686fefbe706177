// Names of users by their ids.
#pragma once

#include "bin/weft/session.hpp"

#include <map>
#include <string>

namespace weft::bin {

/// Remembers the names that replies bring and asks for the others, each once.
class name_book {
public:
  explicit name_book(session& from) : session_(from) { learn(from.who.user, from.who.name); }

  void learn(user_id user, const std::string& name) {
    if (user && !name.empty())
      names_[user] = name;
  }

  /// The name; the id in digits for an account that cannot be found.
  const std::string& name_of(user_id user);

private:
  session& session_;
  std::map<user_id, std::string> names_;
};

} // namespace weft::bin
