// A router that keeps what it is given, for tests of single parts.
#pragma once

#include "actors/router.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace weft::testing {

/// Delivers nothing. Safe for use by several threads.
class recording_router final : public actors::router {
public:
  void to_thread(const thread_id&, actors::thread_inputs inputs) override {
    add(thread_inputs_, inputs);
  }
  void to_user(user_id, actors::user_inputs inputs) override { add(user_inputs_, inputs); }
  void to_accounts(slot, actors::account_inputs) override {}
  void to_reads(slot, actors::read_request) override {}
  void to_presence(slot, actors::look_up_presence) override {}
  void to_relay(actors::touch_committed) override {}
  void to_session(const actors::session_address&, actors::session_notices notices) override {
    add(notices_, notices);
  }
  void to_sessions_of(user_id, const actors::session_notice&,
                      const actors::session_address&) override {}

  actors::thread_inputs thread_inputs() const { return copy(thread_inputs_); }
  actors::session_notices notices() const { return copy(notices_); }
  std::vector<actors::touch> touches() const {
    std::vector<actors::touch> out;
    for (const auto& input : copy(user_inputs_))
      out.push_back(std::get<actors::touch>(input));
    return out;
  }

private:
  template <class Items>
  void add(Items& to, Items& what) {
    std::lock_guard lock(mutex_);
    for (auto& each : what)
      to.push_back(std::move(each));
  }
  template <class Items>
  Items copy(const Items& what) const {
    std::lock_guard lock(mutex_);
    return what;
  }

  mutable std::mutex mutex_;
  actors::thread_inputs thread_inputs_;
  actors::user_inputs user_inputs_;
  actors::session_notices notices_;
};

} // namespace weft::testing
