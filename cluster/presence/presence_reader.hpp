// Reads what the store says of a user's presence.
#pragma once

#include "cluster/presence/presence_board.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

namespace weft::cluster {

/// Blocking: runs on the read pool. Users who do not exist or were deleted are hidden from all.
class presence_reader {
public:
  /// Rows of contacts that are read of one user: more than a user can have, removed ones included.
  /// Of whoever has more all the same nobody is told anything, since a block may be among the rest.
  static constexpr std::size_t contact_rows_max = 32u << 10;

  explicit presence_reader(const storage::store& from) : store_(from) {}

  /// The rule for everybody.
  result<presence_facts> facts_of(user_id user) const;
  /// The rule as far as it concerns one viewer: a few rows, however many contacts there are.
  result<presence_facts> facts_of(user_id user, user_id viewer) const;
  /// The first `limit` contacts by id, without those whom the user blocks.
  result<std::vector<user_id>> contacts_of(user_id user, std::size_t limit) const;

private:
  result<bool> exists(user_id user) const;
  result<presence_facts> facts_with(user_id user, const std::vector<state::Contact>& known) const;

  const storage::store& store_;
};

} // namespace weft::cluster
