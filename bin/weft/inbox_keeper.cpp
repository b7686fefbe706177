#include "bin/weft/inbox_keeper.hpp"

namespace weft::bin {

using net::client::file_lock;
using net::client::identity;
using net::client::shown_state;

result<inbox_keeper> inbox_keeper::open(const context& shared, const identity& who) {
  const auto home = shared.home_directory();
  auto alone = file_lock::take(home / "session.lock", std::chrono::milliseconds{0});
  if (!alone && alone.failure().code == errc::locked)
    return error{errc::locked, "weft listen or weft chat already runs with " + home.string() +
                                   "; end it, or use another --home"};
  if (!alone)
    return alone.failure();
  inbox_keeper out(home, who, *std::move(alone));
  if (const auto fresh = out.belong_to(who.history); !fresh)
    return fresh.failure();
  return out;
}

result<void> inbox_keeper::belong_to(std::uint64_t history) {
  who_.history = history;
  return file_.update([this](shown_state& state) {
    state.belong_to(who_.user, who_.history);
    known_ = state;
  });
}

net::client::follower::start_point inbox_keeper::start() const {
  net::client::follower::start_point out;
  for (const auto& [thread, state] : known_.threads)
    out.shown.emplace(thread, state.shown);
  out.inbox_version = known_.inbox_version;
  return out;
}

sequence inbox_keeper::shown(const thread_id& thread) const {
  const auto at = known_.threads.find(thread);
  return at == known_.threads.end() ? sequence{} : at->second.shown;
}

bool inbox_keeper::is_known_here(const net::client::message& what) {
  if (known_.is_known(what.thread, what.seq))
    return true;
  if (what.from != who_.user)
    return false;
  // Before the file: a send that ends in between is found there.
  if (under_way_.contains(what.op))
    return true;
  auto now = file_.load();
  if (now && now->user == who_.user)
    known_ = *std::move(now);
  return known_.is_known(what.thread, what.seq);
}

result<void> inbox_keeper::save(std::uint64_t inbox_version) {
  if (pending_.empty() && pending_known_.empty() && inbox_version <= known_.inbox_version)
    return {};
  auto saved = file_.update([&](shown_state& state) {
    state.belong_to(who_.user, who_.history);
    for (const auto& [thread, seq] : pending_)
      state.mark_shown(thread, seq);
    for (const auto& [thread, seq] : pending_known_)
      state.mark_known(thread, seq);
    state.inbox_version = std::max(state.inbox_version, inbox_version);
    known_ = state;
  });
  if (!saved)
    return saved;
  pending_.clear();
  pending_known_.clear();
  return {};
}

} // namespace weft::bin
