#include "cluster/presence/presence_desk.hpp"

#include "actors/actor_support.hpp"

#include <spdlog/spdlog.h>

#include <map>

namespace weft::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const error reads_busy{errc::overloaded, "too many reads wait; try again", outcome::nothing_written,
                       500};

milliseconds monotonic_now() {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch());
}

/// The user whose row in the store a record changes in a way that presence depends on; user 0 when
/// it changes none.
user_id changed_by(const storage::log_entry& entry) {
  const auto* record = std::get_if<state::Record>(&entry.what);
  if (!record)
    return {};
  switch (record->what_case()) {
  case state::Record::kProfileChanged:
    return user_id{record->profile_changed().user()};
  case state::Record::kContactChanged:
    return user_id{record->contact_changed().user()};
  case state::Record::kAccountChanged:
    return user_id{record->account_changed().user()};
  case state::Record::kAccountErased:
    return user_id{record->account_erased().user()};
  default:
    return {};
  }
}

/// What was read, or nothing and a line in the log.
template <class Found>
std::optional<Found> or_nothing(result<Found> what) {
  if (what)
    return *std::move(what);
  spdlog::warn("cannot read what presence needs: {}", to_string(what.failure()));
  return std::nullopt;
}

} // namespace

presence_desk::presence_desk(const actors::domain& env, registry& known, last_seen_book& seen,
                             std::uint32_t shard_count)
    : env_(env), registry_(known), seen_(seen), reader_(env.store), opened_(steady_clock::now()) {
  // Later than that of every earlier process on this store, as clocks go.
  const auto generation = actors::wall_clock().value;
  for (std::uint32_t i = 0; i < shard_count; ++i)
    shards_.push_back(
        std::make_unique<shard_part>(presence_board{generation, presence_board_limits{}}));
}

// -- questions ----------------------------------------------------------------------------------

void presence_desk::ask(presence_question what, std::function<void(presence_answer)> told) {
  const auto question = std::make_shared<const presence_question>(std::move(what));
  const bool asked =
      env_.reads.submit([this, question, told = std::move(told)] { told(answer(*question)); });
  if (!asked)
    spdlog::debug("presence of shard {} is put off: too many reads wait", question->shard.value);
}

presence_answer presence_desk::answer(const presence_question& what) {
  auto& of = *shards_[what.shard.value];
  // Held while the store is read: nobody but other nodes' questions waits for it.
  std::lock_guard lock(of.board_mutex);
  take_notes(of);
  return of.board.answer(what, *this, monotonic_now());
}

/// What was noted up to now is in the store: whatever is read from here on has it.
void presence_desk::take_notes(shard_part& of) {
  std::lock_guard lock(of.changed_mutex);
  for (const auto user : of.changed)
    of.board.note_changed(user);
  if (std::exchange(of.has_changed_more, false))
    of.board.note_all_changed();
  of.changed.clear();
}

void presence_desk::on_committed(const std::vector<storage::log_entry>& entries) {
  for (const auto& entry : entries)
    if (const auto user = changed_by(entry))
      note_changed(entry.shard, user);
}

void presence_desk::note_changed(shard_id which, user_id user) {
  auto& of = *shards_[which.value];
  std::lock_guard lock(of.changed_mutex);
  if (of.changed.size() < changed_max)
    of.changed.push_back(user);
  else
    of.has_changed_more = true;
}

// -- where boards look --------------------------------------------------------------------------

presence_source::standing presence_desk::standing_of(user_id user) const {
  using actors::presence_state;
  if (registry_.has_session(user))
    return {presence_state::online, time_ms{}};
  // Sessions of an earlier life of this node may not have come back yet.
  const bool is_settled = steady_clock::now() >= opened_ + env_.limits.heartbeat;
  return {is_settled ? presence_state::offline : presence_state::unknown, seen_.of(user)};
}

std::optional<presence_facts> presence_desk::facts_of(user_id user) const {
  return or_nothing(reader_.facts_of(user));
}

std::optional<std::vector<user_id>> presence_desk::contacts_of(user_id user) const {
  return or_nothing(reader_.contacts_of(user, env_.limits.presence_users_max));
}

// -- look-ups -----------------------------------------------------------------------------------

void presence_desk::look_up(actors::look_up_presence what) {
  const auto wanted = std::make_shared<const actors::look_up_presence>(std::move(what));
  if (!env_.reads.submit([this, wanted] { serve(*wanted); }))
    actors::refuse_request(env_.router, wanted->ref, reads_busy);
}

void presence_desk::serve(const actors::look_up_presence& what) const {
  actors::presence_read out{what.ref.request, {}};
  for (const auto user : what.users) {
    const auto facts = reader_.facts_of(user, what.viewer);
    if (!facts)
      return actors::refuse_request(env_.router, what.ref, facts.failure());
    const auto at = standing_of(user);
    const bool is_online = at.state == actors::presence_state::online;
    const presence_entry entry{user, at.state,
                               is_online ? time_ms{} : std::max(facts->last_seen, at.last_seen),
                               facts->shown_to};
    out.users.push_back(entry.as_seen_by(what.viewer));
  }
  env_.router.to_session(what.ref.session, {std::move(out)});
}

// -- last seen ----------------------------------------------------------------------------------

void presence_desk::write_last_seen() {
  std::map<shard_id, std::vector<storage::record>> by_shard;
  for (const auto& [user, when] : seen_.take()) {
    auto& records = by_shard[env_.ledger.shard_of(slot_of(user))];
    const auto is_full = [](const storage::record& last) {
      return static_cast<std::size_t>(std::get<state::Record>(last).last_seen().users_size()) >=
             users_of_record_max;
    };
    if (records.empty() || is_full(records.back()))
      records.emplace_back(state::Record{});
    auto& line = *std::get<state::Record>(records.back()).mutable_last_seen()->add_users();
    line.set_user(user.value);
    line.set_time_ms(when.value);
  }
  // Nobody is told: a record that is lost makes users seem to have gone a little earlier.
  for (auto& [shard, records] : by_shard)
    env_.ledger.append(shard, actors::appender_actor{}, std::move(records));
}

void presence_desk::write_everybody_seen() {
  registry_.note_everybody_seen();
  write_last_seen();
}

} // namespace weft::cluster
