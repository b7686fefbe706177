// Typed reads of contacts: whom a user knows and whom he blocks.
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <vector>

namespace weft::storage {

/// Reads applied state of contacts. Rows of removed ones stay, neither contact nor blocked, so that
/// other devices learn of the removal. Blocking: call from a pool only.
class contact_reader {
public:
  explicit contact_reader(const store& where) : store_(where) {}

  /// The version of a user's contacts; 0 when nothing ever changed.
  result<contacts_version> version(user_id user) const;
  result<std::optional<state::Contact>> contact(user_id user, user_id other) const;
  /// Up to `limit` rows in the order of their ids.
  result<std::vector<state::Contact>> all(user_id user, std::size_t limit) const;
  /// Rows that changed after a version, in the order of their versions.
  result<std::vector<state::Contact>> changed_since(user_id user, contacts_version since,
                                                    std::size_t limit) const;

private:
  const store& store_;
};

} // namespace weft::storage
