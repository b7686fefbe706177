#include "tests/actors/recorders.hpp"

namespace weft::testing {

using namespace weft::actors;

void recording_router::to_thread(const thread_id& thread, thread_inputs inputs) {
  std::lock_guard guard(lock_);
  threads_.emplace_back(thread, std::move(inputs));
}

void recording_router::to_user(user_id user, user_inputs inputs) {
  std::lock_guard guard(lock_);
  users_.emplace_back(user, std::move(inputs));
}

void recording_router::to_accounts(slot where, account_inputs inputs) {
  std::lock_guard guard(lock_);
  accounts_.emplace_back(where, std::move(inputs));
}

void recording_router::to_reads(slot, read_request request) {
  std::lock_guard guard(lock_);
  reads_.push_back(std::move(request));
}

void recording_router::to_presence(slot, look_up_presence what) {
  std::lock_guard guard(lock_);
  lookups_.push_back(std::move(what));
}

void recording_router::to_relay(touch_committed what) {
  std::lock_guard guard(lock_);
  relayed_.push_back(what);
}

void recording_router::to_session(const session_address& where, session_notices notices) {
  std::lock_guard guard(lock_);
  for (auto& notice : notices)
    replies_.emplace_back(where, std::move(notice));
}

void recording_router::to_sessions_of(user_id user, const session_notice& notice,
                                      const session_address& except) {
  std::lock_guard guard(lock_);
  fan_outs_.push_back({user, notice, except});
}

session_notices recording_router::replies(const session_address& where) const {
  std::lock_guard guard(lock_);
  session_notices out;
  for (const auto& [to, notice] : replies_)
    if (to == where)
      out.push_back(notice);
  return out;
}

std::vector<recording_router::fan_out> recording_router::fan_outs() const {
  std::lock_guard guard(lock_);
  return fan_outs_;
}

std::vector<touch_committed> recording_router::relayed() const {
  std::lock_guard guard(lock_);
  return relayed_;
}

std::vector<read_request> recording_router::take_reads() {
  std::lock_guard guard(lock_);
  return std::exchange(reads_, {});
}

std::vector<look_up_presence> recording_router::take_lookups() {
  std::lock_guard guard(lock_);
  return std::exchange(lookups_, {});
}

std::vector<std::pair<thread_id, thread_inputs>> recording_router::take_thread_messages() {
  std::lock_guard guard(lock_);
  return std::exchange(threads_, {});
}

std::vector<std::pair<user_id, user_inputs>> recording_router::take_user_messages() {
  std::lock_guard guard(lock_);
  return std::exchange(users_, {});
}

std::vector<std::pair<slot, account_inputs>> recording_router::take_account_messages() {
  std::lock_guard guard(lock_);
  return std::exchange(accounts_, {});
}

void recording_router::clear() {
  std::lock_guard guard(lock_);
  replies_.clear();
  fan_outs_.clear();
  relayed_.clear();
}

push_result recording_outlet::push(const session_notice& notice) {
  if (room == 0)
    return push_result::full;
  --room;
  pushes.push_back(notice);
  return push_result::taken;
}

} // namespace weft::testing
