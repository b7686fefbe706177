// Stands in for the ports of actors: keeps what it is given, for the test to look at.
#pragma once

#include "actors/activation.hpp"
#include "actors/outlet.hpp"
#include "actors/router.hpp"
#include "actors/sessions.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace weft::testing {

/// Of a list of variants those that hold a `Kind`, in order.
template <class Kind, class Variants>
std::vector<Kind> only(const Variants& all) {
  std::vector<Kind> out;
  for (const auto& each : all)
    if (const auto* found = std::get_if<Kind>(&each))
      out.push_back(*found);
  return out;
}

/// A router that delivers to nobody. Pools call it from their threads.
class recording_router final : public actors::router {
public:
  struct fan_out {
    user_id user;
    actors::session_notice notice;
    actors::session_address except;
  };

  void to_thread(const thread_id& thread, actors::thread_inputs inputs) override;
  void to_user(user_id user, actors::user_inputs inputs) override;
  void to_accounts(slot where, actors::account_inputs inputs) override;
  void to_reads(slot where, actors::read_request request) override;
  void to_presence(slot where, actors::look_up_presence what) override;
  void to_relay(actors::touch_committed what) override;
  void to_session(const actors::session_address& where, actors::session_notices notices) override;
  void to_sessions_of(user_id user, const actors::session_notice& notice,
                      const actors::session_address& except) override;

  /// Everything for one session, in order.
  actors::session_notices replies(const actors::session_address& where) const;
  /// Replies of one kind for one session, in order.
  template <class Kind>
  std::vector<Kind> replies(const actors::session_address& where) const {
    return only<Kind>(replies(where));
  }
  /// What was sent to all sessions of users.
  std::vector<fan_out> fan_outs() const;
  template <class Kind>
  std::vector<std::pair<fan_out, Kind>> fan_outs() const {
    std::vector<std::pair<fan_out, Kind>> out;
    for (auto& each : fan_outs())
      if (const auto* found = std::get_if<Kind>(&each.notice))
        out.emplace_back(each, *found);
    return out;
  }
  std::vector<actors::touch_committed> relayed() const;

  /// These give what has come and forget it.
  std::vector<actors::read_request> take_reads();
  std::vector<actors::look_up_presence> take_lookups();
  std::vector<std::pair<thread_id, actors::thread_inputs>> take_thread_messages();
  std::vector<std::pair<user_id, actors::user_inputs>> take_user_messages();
  std::vector<std::pair<slot, actors::account_inputs>> take_account_messages();
  /// Forgets replies, fan-outs and relayed touches.
  void clear();

private:
  mutable std::mutex lock_;
  std::vector<std::pair<actors::session_address, actors::session_notice>> replies_;
  std::vector<fan_out> fan_outs_;
  std::vector<actors::touch_committed> relayed_;
  std::vector<actors::read_request> reads_;
  std::vector<actors::look_up_presence> lookups_;
  std::vector<std::pair<thread_id, actors::thread_inputs>> threads_;
  std::vector<std::pair<user_id, actors::user_inputs>> users_;
  std::vector<std::pair<slot, actors::account_inputs>> accounts_;
};

/// The entry of one actor in a table that sends nothing by itself.
class recording_activation final : public actors::activation {
public:
  bool retire(std::uint64_t seen) override {
    ++retire_calls;
    if (seen == sent)
      retired = true;
    return retired;
  }
  void abandon() override { abandoned = true; }

  /// Messages that were sent to the actor: the test counts them.
  std::uint64_t sent = 0;
  int retire_calls = 0;
  bool retired = false;
  bool abandoned = false;
};

/// A client's connection that keeps what is written to it.
class recording_outlet final : public actors::outlet {
public:
  void reply(const actors::session_notice& notice) override { replies.push_back(notice); }
  actors::push_result push(const actors::session_notice& notice) override;
  void tell_lagging(inbox_version version) override { lagging.push_back(version); }
  void set_inbox_version(inbox_version version) override { versions.push_back(version); }
  void close(const error& why) override { closed.push_back(why); }

  actors::session_notices replies;
  actors::session_notices pushes;
  std::vector<inbox_version> lagging;
  std::vector<inbox_version> versions;
  std::vector<error> closed;
  /// Pushes that are still taken.
  std::size_t room = 1'000;
};

/// A session table that knows who has come and gone.
class recording_sessions final : public actors::sessions {
public:
  struct announcement {
    actors::session_address where;
    user_id user;
    device_id device;
  };

  actors::session_address reserve() override { return {actors::node_no{1}, session_no{++last_}}; }
  void attach(const actors::session_address& where, const actors::session_actor&) override {
    attached.push_back(where);
  }
  void announce(const actors::session_address& where, user_id user,
                const device_id& device) override {
    announced.push_back({where, user, device});
  }
  void withdraw(const actors::session_address& where) override { withdrawn.push_back(where); }

  std::vector<actors::session_address> attached;
  std::vector<announcement> announced;
  std::vector<actors::session_address> withdrawn;

private:
  std::uint64_t last_ = 100;
};

} // namespace weft::testing
