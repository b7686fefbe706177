#include "cluster/presence/visibility.hpp"
#include "tests/cluster/presence_values.hpp"

#include <doctest/doctest.h>

namespace weft::testing {
namespace {

using namespace cluster;
using actors::presence_state;

const user_id owner{10};

/// What somebody else is to the user.
struct relation {
  const char* name;
  bool is_contact;
  bool is_blocked;
  bool has_row;
};

constexpr relation stranger{"a stranger", false, false, false};
constexpr relation removed{"a removed contact", false, false, true};
constexpr relation contact{"a contact", true, false, true};
constexpr relation blocked{"a blocked user", false, true, true};
constexpr relation blocked_contact{"a blocked contact", true, true, true};

} // namespace

TEST_CASE("the audience decides who sees a user, and a block overrides it") {
  struct row {
    audience tells;
    relation viewer;
    bool sees;
  };
  const row table[] = {
      {audience::everybody, stranger, true},
      {audience::everybody, removed, true},
      {audience::everybody, contact, true},
      {audience::everybody, blocked, false},
      {audience::everybody, blocked_contact, false},
      {audience::contacts, stranger, false},
      {audience::contacts, removed, false},
      {audience::contacts, contact, true},
      {audience::contacts, blocked, false},
      {audience::contacts, blocked_contact, false},
      {audience::nobody, stranger, false},
      {audience::nobody, removed, false},
      {audience::nobody, contact, false},
      {audience::nobody, blocked, false},
      {audience::nobody, blocked_contact, false},
  };
  const user_id viewer{20};
  for (const auto& each : table) {
    CAPTURE(each.viewer.name);
    CAPTURE(static_cast<int>(each.tells));
    std::vector<state::Contact> known{contact_row(user_id{19}, true, false),
                                      contact_row(user_id{21}, false, true)};
    if (each.viewer.has_row)
      known.push_back(contact_row(viewer, each.viewer.is_contact, each.viewer.is_blocked));
    const visibility whole(each.tells, known);
    CHECK(whole.shows_to(viewer) == each.sees);
    // One row says as much as all of them about the one whom it names.
    if (each.viewer.has_row)
      known.erase(known.begin(), known.end() - 1);
    else
      known.clear();
    CHECK(visibility(each.tells, known).shows_to(viewer) == each.sees);
  }
}

TEST_CASE("what is hidden is hidden with the time, and everybody sees himself") {
  presence_entry at{owner, presence_state::offline, time_ms{500}, rule(audience::nobody)};
  CHECK(at.as_seen_by(user_id{20}) ==
        actors::user_presence{owner, presence_state::hidden, time_ms{}});
  CHECK(at.as_seen_by(owner) ==
        actors::user_presence{owner, presence_state::offline, time_ms{500}});
  at.shown_to = rule(audience::everybody);
  CHECK(at.as_seen_by(user_id{20}) ==
        actors::user_presence{owner, presence_state::offline, time_ms{500}});
  // Who does not exist is hidden like who hides himself.
  CHECK_FALSE(visibility{}.shows_to(user_id{20}));
}

} // namespace weft::testing
