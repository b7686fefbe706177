#include "cluster/registry.hpp"

#include "actors/actor_support.hpp"

namespace weft::cluster {

using reason = displaced_session::reason;

std::optional<displaced_session> registry::announce(const registration& session) {
  auto& in = bucket_of(session.user);
  std::lock_guard lock(in.mutex);
  const displaced_session itself{session.where, reason::newer_of_device};
  if (is_of_earlier_life(session))
    return itself;
  // Also of who comes: a node that is killed tells nothing when he goes.
  seen_.note(session.user, actors::wall_clock());
  if (auto* older = in.sessions.find_if(session.user, [&session](const registration& each) {
        return each.device == session.device;
      })) {
    if (older->generation > session.generation)
      return itself;
    const displaced_session replaced{older->where, reason::newer_of_device};
    *older = session;
    return replaced.where == session.where ? std::nullopt : std::optional(replaced);
  }
  return insert(in, session);
}

std::optional<displaced_session> registry::insert(bucket& in, const registration& session) {
  std::size_t count = 0;
  registration* oldest = nullptr;
  in.sessions.for_each_of(session.user, [&](registration& each) {
    ++count;
    if (oldest == nullptr || each.generation < oldest->generation)
      oldest = &each;
  });
  if (count >= sessions_of_user_max) {
    const displaced_session replaced{oldest->where, reason::too_many_of_user};
    *oldest = session;
    return replaced;
  }
  in.sessions.insert(session);
  size_.fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

void registry::withdraw(user_id user, const session_address& where) {
  auto& in = bucket_of(user);
  std::lock_guard lock(in.mutex);
  auto* found =
      in.sessions.find_if(user, [&where](const registration& each) { return each.where == where; });
  if (found == nullptr)
    return;
  seen_.note(user, actors::wall_clock());
  in.sessions.erase(found);
  size_.fetch_sub(1, std::memory_order_relaxed);
}

bool registry::has_session(user_id user) const {
  auto& in = bucket_of(user);
  std::lock_guard lock(in.mutex);
  return in.sessions.find(user) != nullptr;
}

void registry::note_everybody_seen() {
  const auto now = actors::wall_clock();
  for (auto& in : buckets_) {
    std::lock_guard lock(in.mutex);
    in.sessions.for_each([&](const registration& each) { seen_.note(each.user, now); });
  }
}

void registry::begin_incarnation(node_no node, node_incarnation incarnation) {
  {
    std::lock_guard lock(incarnations_mutex_);
    auto& known = incarnations_[node];
    if (incarnation <= known)
      return;
    known = incarnation;
  }
  for (auto& in : buckets_) {
    std::lock_guard lock(in.mutex);
    const auto gone = in.sessions.erase_all_if([&](const registration& each) {
      return each.where.node == node && each.incarnation < incarnation;
    });
    size_.fetch_sub(gone, std::memory_order_relaxed);
  }
}

bool registry::is_of_earlier_life(const registration& session) const {
  std::lock_guard lock(incarnations_mutex_);
  const auto known = incarnations_.find(session.where.node);
  return known != incarnations_.end() && session.incarnation < known->second;
}

std::size_t registry::collect(user_id user, std::array<session_address, 4>& few,
                              std::vector<session_address>& more) const {
  auto& in = bucket_of(user);
  std::size_t count = 0;
  std::lock_guard lock(in.mutex);
  in.sessions.for_each_of(user, [&](const registration& each) {
    if (count < few.size())
      few[count] = each.where;
    else
      more.push_back(each.where);
    ++count;
  });
  return count;
}

} // namespace weft::cluster
