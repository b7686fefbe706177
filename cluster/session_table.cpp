#include "cluster/session_table.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace weft::cluster {
namespace {

const error fenced{errc::fenced, "a newer session of this device has taken its place"};
/// Unlike a fenced session's, this client may come back; devices beyond the bound that did so at
/// once would only displace one another.
const error too_many_devices{errc::overloaded, "too many devices of this account are connected",
                             outcome::nothing_written, 60'000};

const error& error_of(displaced_session::reason why) {
  return why == displaced_session::reason::too_many_of_user ? too_many_devices : fenced;
}

std::uint64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

} // namespace

session_table::session_table(node_no self, node_incarnation incarnation, registry& known,
                             presence_cache& watched)
    : self_(self), incarnation_(incarnation), registry_(known), watched_(watched) {
  registry_.begin_incarnation(self, incarnation);
}

session_address session_table::reserve() {
  return {self_, session_no{last_session_.fetch_add(1, std::memory_order_relaxed) + 1}};
}

void session_table::attach(const session_address& where, const actors::session_actor& who) {
  {
    auto& in = bucket_of(where.session);
    std::lock_guard lock(in.mutex);
    in.sessions.insert({where.session, who, user_id{}});
    size_.fetch_add(1, std::memory_order_relaxed);
  }
  std::unique_lock lock(ending_mutex_);
  const auto why = ending_;
  lock.unlock();
  if (why)
    end(where, *why);
}

void session_table::announce(const session_address& where, user_id user, const device_id& device) {
  std::optional<displaced_session> replaced;
  {
    auto& in = bucket_of(where.session);
    std::lock_guard lock(in.mutex);
    auto* found = in.sessions.find(where.session);
    if (found == nullptr)
      return;
    found->user = user;
    watched_.join(user);
    // With the lock held: a withdrawal of this session comes before or after, never between.
    replaced = registry_.announce({user, device, where, incarnation_, next_generation()});
  }
  if (replaced)
    end(replaced->where, error_of(replaced->why));
}

void session_table::withdraw(const session_address& where) {
  actors::session_actor released;
  {
    auto& in = bucket_of(where.session);
    std::lock_guard lock(in.mutex);
    auto* found = in.sessions.find(where.session);
    if (found == nullptr)
      return;
    if (found->user) {
      registry_.withdraw(found->user, where);
      watched_.leave(found->user);
    }
    released = std::move(found->who);
    in.sessions.erase(found);
  }
  // The last use of this table by the session: with the lock held, so that whoever waits for the
  // table to be empty, and then lets it go, comes after.
  std::lock_guard lock(ending_mutex_);
  if (size_.fetch_sub(1) == 1)
    emptied_.notify_all();
}

void session_table::deliver(session_no session, actors::session_notices notices) {
  actors::session_actor who;
  {
    auto& in = bucket_of(session);
    std::lock_guard lock(in.mutex);
    if (const auto* found = in.sessions.find(session))
      who = found->who;
  }
  if (who)
    caf::anon_send(who, std::move(notices));
}

void session_table::end(const session_address& where, const error& why) {
  deliver(where.session, {actors::session_ended{why}});
}

/// Above every earlier one of this node, and about the time in microseconds, so that generations of
/// several nodes compare as their sessions came, within the difference of their clocks.
session_generation session_table::next_generation() {
  auto last = last_generation_.load();
  std::uint64_t next = 0;
  do {
    next = std::max(last + 1, now_us());
  } while (!last_generation_.compare_exchange_weak(last, next));
  return session_generation{next};
}

// -- the node -----------------------------------------------------------------------------------

void session_table::end_all(const error& why) {
  {
    std::lock_guard lock(ending_mutex_);
    ending_ = why;
  }
  for (auto& in : buckets_) {
    std::lock_guard lock(in.mutex);
    in.sessions.for_each([&why](const attached& each) {
      caf::anon_send(each.who, actors::session_notices{actors::session_ended{why}});
    });
  }
}

bool session_table::wait_until_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(ending_mutex_);
  return emptied_.wait_for(lock, limit, [this] { return size() == 0; });
}

std::vector<actors::session_actor> session_table::take_all() {
  std::vector<actors::session_actor> out;
  for (auto& in : buckets_) {
    std::vector<session_no> numbers;
    {
      std::lock_guard lock(in.mutex);
      in.sessions.for_each([&](const attached& each) {
        numbers.push_back(each.session);
        out.push_back(each.who);
      });
    }
    for (auto number : numbers)
      withdraw({self_, number});
  }
  return out;
}

} // namespace weft::cluster
