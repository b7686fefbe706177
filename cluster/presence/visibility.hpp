// Who may know whether a user is there.
#pragma once

#include "actors/presence.hpp"
#include "storage/proto/state.pb.h"

#include <memory>
#include <vector>

namespace weft::cluster {

/// Whom a user tells. The numbers are those of the protocol (`weft.Audience`) and of the profile.
enum class audience : std::uint8_t { everybody = 0, contacts = 1, nobody = 2 };

/// One user's rule, from his profile and his contacts. It governs online and last seen alike: who
/// may ask for the one all the time knows the other. Whom he blocks sees nothing, whatever else
/// holds. Immutable, so that it is shared.
class visibility {
public:
  /// Hidden from everybody: also what is said of users who do not exist.
  visibility() = default;
  /// The rule for those among whom `known` has all rows of contacts; a row that is missing says
  /// that the user neither knows nor blocks the other.
  visibility(audience tells, const std::vector<state::Contact>& known);

  bool shows_to(user_id viewer) const;
  bool operator==(const visibility&) const = default;

private:
  audience tells_ = audience::nobody;
  /// Sorted: with `everybody` those who are blocked, with `contacts` those who may see.
  std::vector<user_id> named_;
};

using visibility_ptr = std::shared_ptr<const visibility>;

/// One user as the shards know him, for whoever may see it.
struct presence_entry {
  user_id user;
  actors::presence_state state = actors::presence_state::hidden;
  time_ms last_seen{};
  visibility_ptr shown_to;

  /// What this viewer is told. Everybody sees himself.
  actors::user_presence as_seen_by(user_id viewer) const;
};

bool operator==(const presence_entry& a, const presence_entry& b);

} // namespace weft::cluster
