#include "actors/read_service.hpp"

#include "actors/actor_support.hpp"
#include "actors/token.hpp"
#include "storage/accounts.hpp"
#include "storage/inbox.hpp"
#include "storage/threads.hpp"

#include <algorithm>

namespace weft::actors {

namespace {

const error token_ended{errc::not_signed_in, "this device's token has ended; log in again",
                        outcome::nothing_written, 0};

bool is_member(const state::ThreadHead& head, user_id user) {
  return std::any_of(head.members().begin(), head.members().end(),
                     [&](const auto& member) { return member.user() == user.value; });
}

/// The head of a thread that the user may see: not to be told apart from one that does not exist.
result<state::ThreadHead> visible_head(const storage::store& store, const thread_id& thread,
                                       user_id user) {
  auto head = storage::thread_reader(store).head(thread);
  if (!head)
    return head.failure();
  if (!*head || !is_member(**head, user))
    return unseen;
  return std::move(**head);
}

std::size_t page_size(std::size_t asked, std::size_t max) {
  constexpr std::size_t page_default = 50;
  return std::min(asked == 0 ? page_default : asked, max);
}

} // namespace

void read_service::serve(const read_request& what) const {
  std::visit([this](const auto& one) { serve_one(one); }, what);
}

void read_service::serve_one(const read_history& what) const {
  auto head = visible_head(env_.store, what.thread, what.user);
  if (!head)
    return refuse_request(env_.router, what.ref, head.failure());
  storage::event_range range;
  range.after = what.after;
  range.before = what.before;
  if (!range.after && !range.before)
    range.before = sequence{head->last_seq() + 1};
  range.limit = page_size(what.limit, env_.limits.history_page_events_max);
  range.bytes_max = env_.limits.history_page_bytes_max;
  auto events = storage::thread_reader(env_.store).events(what.thread, range);
  if (!events)
    return refuse_request(env_.router, what.ref, events.failure());

  history_page page;
  page.request = what.ref.request;
  page.thread = what.thread;
  page.last_seq = sequence{head->last_seq()};
  page.members.assign(head->members().begin(), head->members().end());
  for (auto& event : *events) {
    // A number without a visible event inside the page will never have one for this reader.
    if (!page.events.empty() && event.seq.value > page.events.back().seq.value + 1)
      page.skipped.push_back({page.events.back().seq.next(), sequence{event.seq.value - 1}});
    page.events.push_back({event.seq, std::make_shared<const std::string>(std::move(event.bytes))});
  }
  if (!page.events.empty()) {
    page.covers_from = page.events.front().seq;
    page.covers_to = page.events.back().seq;
  }
  env_.router.to_session(what.ref.session, {std::move(page)});
}

void read_service::serve_one(const read_inbox& what) const {
  storage::inbox_reader reader(env_.store);
  const auto limit = page_size(what.limit, env_.limits.inbox_page_rows_max);
  // Read before the rows: what changes meanwhile is above this version and is asked for next time.
  auto version = reader.version(what.user);
  std::optional<storage::inbox_position> below;
  if (what.below_time)
    below = storage::inbox_position{*what.below_time, what.below_thread};
  auto rows = what.since ? reader.changed_since(what.user, *what.since, limit + 1)
                         : reader.newest(what.user, below, limit + 1);
  if (!version || !rows)
    return refuse_request(env_.router, what.ref, !version ? version.failure() : rows.failure());

  inbox_page page;
  page.request = what.ref.request;
  page.complete = rows->size() <= limit;
  if (!page.complete)
    rows->resize(limit);
  page.version = *version;
  if (what.since && !page.complete)
    page.version = inbox_version{rows->back().version()};
  for (auto& row : *rows)
    page.rows.push_back({std::move(row), nullptr});
  env_.router.to_session(what.ref.session, {std::move(page)});
}

void read_service::serve_one(const read_last& what) const {
  last_event_read answer{what.ref.request, what.thread, nullptr};
  auto head = visible_head(env_.store, what.thread, what.user);
  if (head && head->last_seq() > 0) {
    storage::event_range range;
    range.after = sequence{head->last_seq() - 1};
    range.limit = 1;
    auto events = storage::thread_reader(env_.store).events(what.thread, range);
    // What is left out need not travel: the page would have no room for it.
    if (events && !events->empty() &&
        events->front().bytes.size() <= env_.limits.inbox_last_event_bytes_max)
      answer.event = std::make_shared<const std::string>(std::move(events->front().bytes));
  }
  env_.router.to_session(what.ref.session, {std::move(answer)});
}

void read_service::serve_one(const mark_read& what) const {
  auto head = visible_head(env_.store, what.thread, what.user);
  if (!head)
    return refuse_request(env_.router, what.ref, head.failure());
  const sequence seq{std::min(what.seq.value, head->last_seq())};
  auto ordinal = storage::thread_reader(env_.store).ordinal_at(what.thread, seq);
  if (!ordinal)
    return refuse_request(env_.router, what.ref, ordinal.failure());
  env_.router.to_user(what.user, {advance_read{what.ref, what.user, what.thread, seq, *ordinal}});
}

void read_service::serve_one(const find_user& what) const {
  storage::account_reader reader(env_.store);
  user_found answer{what.ref.request, {}, {}};
  error failure;
  if (what.user) {
    auto account = reader.account(what.user);
    if (!account)
      failure = account.failure();
    else if (*account)
      answer = {what.ref.request, what.user, (*account)->name()};
  } else {
    auto account = reader.by_name(what.name);
    if (!account)
      failure = account.failure();
    else if (*account)
      answer = {what.ref.request, (*account)->first, (*account)->second.name()};
  }
  if (failure.code != errc::none)
    return refuse_request(env_.router, what.ref, failure);
  if (!answer.user)
    return refuse_request(env_.router, what.ref, unseen);
  env_.router.to_session(what.ref.session, {std::move(answer)});
}

void read_service::serve_one(const check_user& what) const {
  auto account = storage::account_reader(env_.store).account(what.user);
  if (!account)
    return; // The thread asks again.
  peer_checked answer{what.thread, what.user, std::nullopt};
  if (*account)
    answer.name = (*account)->name();
  env_.router.to_thread(what.thread, {std::move(answer)});
}

void read_service::serve_one(const confirm_session& what) const {
  auto device = storage::account_reader(env_.store).device(what.user, what.device);
  auto version = storage::inbox_reader(env_.store).version(what.user);
  if (!device || !version)
    return; // The session asks again.
  if (!*device || !same_hash((*device)->token_hash(), what.token_hash))
    return env_.router.to_session(what.session, {session_ended{token_ended}});
  env_.router.to_session(what.session, {session_confirmed{*version}});
}

} // namespace weft::actors
