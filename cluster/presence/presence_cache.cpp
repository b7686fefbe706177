#include "cluster/presence/presence_cache.hpp"

#include "storage/store.hpp"

#include <algorithm>
#include <mutex>

namespace weft::cluster {
namespace {

/// Appends the first `limit` of `from`.
void append_some(std::vector<user_id>& to, const std::unordered_set<user_id>& from,
                 std::size_t limit) {
  for (const auto user : from) {
    if (to.size() >= limit)
      return;
    to.push_back(user);
  }
}

/// Appends those of `from` that are not new.
template <class Rows>
void append_known(std::vector<user_id>& to, const Rows& from,
                  const std::unordered_set<user_id>& new_ones) {
  for (const auto& [user, row] : from)
    if (!new_ones.contains(user))
      to.push_back(user);
}

} // namespace

presence_cache::presence_cache(actors::node_no self, std::uint32_t shard_count,
                               const presence_cache_limits& limits)
    : self_(self), limits_(limits), shards_(shard_count) {}

std::size_t presence_cache::index_of(user_id user) const {
  return storage::shard_of(slot_of(user), static_cast<std::uint32_t>(shards_.size())).value;
}

std::uint64_t presence_cache::next_version() {
  return version_.fetch_add(1, std::memory_order_release) + 1;
}

// -- sessions -----------------------------------------------------------------------------------

void presence_cache::join(user_id user) {
  std::unique_lock lock(mutex_);
  auto& home = home_of(user);
  if (home.viewers[user].sessions++ == 0)
    home.new_viewers.insert(user);
}

void presence_cache::leave(user_id user) {
  std::unique_lock lock(mutex_);
  auto& home = home_of(user);
  const auto at = home.viewers.find(user);
  if (at == home.viewers.end() || --at->second.sessions > 0)
    return;
  for (const auto& each : at->second.list)
    release(*each.whom);
  home.viewers.erase(at);
  home.new_viewers.erase(user);
}

void presence_cache::release(target_row& whom) {
  if (--whom.watched_by > 0)
    return;
  // A copy: the row that holds it goes.
  const auto user = whom.entry.user;
  auto& home = home_of(user);
  home.new_targets.erase(user);
  home.targets.erase(user);
  --target_count_;
}

// -- heartbeats ---------------------------------------------------------------------------------

actors::presence_changes presence_cache::changes_for(user_id user, std::uint64_t since) const {
  if (since == version_.load(std::memory_order_acquire))
    return {since, {}};
  std::shared_lock lock(mutex_);
  actors::presence_changes out;
  out.version = version_.load(std::memory_order_relaxed);
  // A version that was never given says nothing.
  if (since > out.version)
    since = 0;
  const auto& home = shards_[index_of(user)];
  const auto viewer = home.viewers.find(user);
  if (viewer == home.viewers.end())
    return out;
  std::vector<std::pair<std::uint64_t, const target_row*>> changed;
  for (const auto& each : viewer->second.list) {
    const auto version = std::max(each.whom->version, each.since);
    if (each.whom->version != 0 && version > since)
      changed.emplace_back(version, each.whom);
  }
  if (changed.size() > limits_.users_of_answer_max) {
    const auto end = changed.begin() + static_cast<std::ptrdiff_t>(limits_.users_of_answer_max);
    std::nth_element(changed.begin(), end, changed.end());
    changed.erase(end, changed.end());
    out.version = std::max_element(changed.begin(), changed.end())->first;
  }
  for (const auto& [version, whom] : changed)
    out.users.push_back(whom->entry.as_seen_by(user));
  return out;
}

// -- questions to the shards --------------------------------------------------------------------

std::vector<presence_question> presence_cache::questions(question_scope scope) const {
  std::vector<presence_question> out;
  for (std::uint32_t i = 0; i < shards_.size(); ++i) {
    // One shard at a time, so that nobody waits for long.
    std::shared_lock lock(mutex_);
    const auto& home = shards_[i];
    const bool has_any = scope == question_scope::everything
                             ? !home.targets.empty() || !home.viewers.empty()
                             : !home.new_targets.empty() || !home.new_viewers.empty();
    if (has_any)
      out.push_back(question_for(i, scope));
  }
  return out;
}

presence_question presence_cache::question_for(std::uint32_t index, question_scope scope) const {
  const auto& home = shards_[index];
  presence_question out;
  out.from = self_;
  out.shard = shard_id{index};
  out.scope = scope;
  out.generation = home.generation;
  out.since = home.since;
  append_some(out.new_viewers, home.new_viewers, limits_.new_ones_of_question_max);
  append_some(out.new_targets, home.new_targets, limits_.new_ones_of_question_max);
  if (scope == question_scope::everything) {
    append_known(out.viewers, home.viewers, home.new_viewers);
    append_known(out.targets, home.targets, home.new_targets);
  }
  return out;
}

void presence_cache::apply(const presence_answer& what) {
  std::unique_lock lock(mutex_);
  auto& home = shards_[what.shard.value];
  home.generation = what.generation;
  home.since = what.version;
  for (const auto& entry : what.entries)
    take_entry(entry);
  for (const auto& list : what.lists)
    take_list(list);
}

void presence_cache::take_entry(const presence_entry& entry) {
  auto& home = home_of(entry.user);
  const auto at = home.targets.find(entry.user);
  if (at == home.targets.end())
    return;
  home.new_targets.erase(entry.user);
  auto& row = at->second;
  if (row.version != 0 && row.entry == entry)
    return;
  row.entry = entry;
  row.version = next_version();
}

void presence_cache::take_list(const watch_list& list) {
  auto& home = home_of(list.viewer);
  const auto at = home.viewers.find(list.viewer);
  if (at == home.viewers.end())
    return;
  home.new_viewers.erase(list.viewer);
  auto& viewer = at->second;
  std::unordered_map<user_id, std::uint64_t> watched_since;
  for (const auto& each : viewer.list)
    watched_since.emplace(each.whom->entry.user, each.since);
  std::vector<watched> next;
  for (const auto user : list.users) {
    if (next.size() >= limits_.users_of_viewer_max)
      break;
    auto& theirs = home_of(user);
    auto row = theirs.targets.find(user);
    if (row == theirs.targets.end()) {
      if (target_count_ >= limits_.targets_max)
        continue;
      row = theirs.targets.try_emplace(user).first;
      row->second.entry.user = user;
      theirs.new_targets.insert(user);
      ++target_count_;
    }
    ++row->second.watched_by;
    const auto known = watched_since.find(user);
    next.push_back({&row->second, known != watched_since.end() ? known->second : next_version()});
  }
  // The old list goes last: who is in both stays known.
  std::swap(viewer.list, next);
  for (const auto& each : next)
    release(*each.whom);
}

std::size_t presence_cache::viewers() const {
  std::shared_lock lock(mutex_);
  std::size_t out = 0;
  for (const auto& each : shards_)
    out += each.viewers.size();
  return out;
}

std::size_t presence_cache::targets() const {
  std::shared_lock lock(mutex_);
  return target_count_;
}

} // namespace weft::cluster
