// Users, rules and answers for the tests of presence.
#pragma once

#include "cluster/presence/presence_board.hpp"
#include "cluster/presence/presence_cache.hpp"

#include <map>
#include <vector>

namespace weft::testing {

/// A user in the slot of his number, so that a test chooses the shard.
inline user_id user_in(std::uint16_t slot, std::uint64_t number = 1) {
  return user_id{static_cast<std::uint64_t>(slot) << 48 | number};
}

inline state::Contact contact_row(user_id user, bool is_contact, bool is_blocked) {
  state::Contact out;
  out.set_user(user.value);
  out.set_is_contact(is_contact);
  out.set_is_blocked(is_blocked);
  return out;
}

inline cluster::visibility_ptr rule(cluster::audience tells,
                                    const std::vector<state::Contact>& known = {}) {
  return std::make_shared<const cluster::visibility>(tells, known);
}

inline cluster::presence_entry entry_of(user_id user, actors::presence_state state,
                                        std::uint64_t last_seen = 0) {
  return {user, state, time_ms{last_seen}, rule(cluster::audience::everybody)};
}

/// A store and a registry that say what the test wants.
struct scripted_source final : cluster::presence_source {
  std::map<user_id, standing> standings;
  std::map<user_id, cluster::presence_facts> facts;
  std::map<user_id, std::vector<user_id>> contacts;
  bool can_read = true;
  mutable int reads = 0;

  standing standing_of(user_id user) const override { return standings.at(user); }
  std::optional<cluster::presence_facts> facts_of(user_id user) const override {
    ++reads;
    return can_read ? std::optional(facts.at(user)) : std::nullopt;
  }
  std::optional<std::vector<user_id>> contacts_of(user_id user) const override {
    ++reads;
    return can_read ? std::optional(contacts.at(user)) : std::nullopt;
  }

  /// An account that everybody may see.
  void add(user_id user, actors::presence_state state, std::uint64_t last_seen = 0) {
    standings[user] = {state, time_ms{}};
    facts[user] = {rule(cluster::audience::everybody), time_ms{last_seen}};
  }
};

} // namespace weft::testing
