#include "cluster/presence/visibility.hpp"

#include <algorithm>

namespace weft::cluster {

visibility::visibility(audience tells, const std::vector<state::Contact>& known) : tells_(tells) {
  for (const auto& row : known) {
    const bool is_named = tells == audience::everybody ? row.is_blocked()
                                                       : tells == audience::contacts &&
                                                             row.is_contact() && !row.is_blocked();
    if (is_named)
      named_.push_back(user_id{row.user()});
  }
  std::sort(named_.begin(), named_.end());
}

bool visibility::shows_to(user_id viewer) const {
  const bool is_named = std::binary_search(named_.begin(), named_.end(), viewer);
  switch (tells_) {
  case audience::everybody:
    return !is_named;
  case audience::contacts:
    return is_named;
  case audience::nobody:
    break;
  }
  return false;
}

actors::user_presence presence_entry::as_seen_by(user_id viewer) const {
  if (viewer == user || (shown_to && shown_to->shows_to(viewer)))
    return {user, state, last_seen};
  return {user, actors::presence_state::hidden, time_ms{}};
}

bool operator==(const presence_entry& a, const presence_entry& b) {
  const bool same_rule =
      a.shown_to == b.shown_to || (a.shown_to && b.shown_to && *a.shown_to == *b.shown_to);
  return a.user == b.user && a.state == b.state && a.last_seen == b.last_seen && same_rule;
}

} // namespace weft::cluster
