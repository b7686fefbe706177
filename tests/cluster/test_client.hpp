// A client of a node without the network: a session whose notices a test waits for.
#pragma once

#include "actors/outlet.hpp"
#include "actors/spawn.hpp"
#include "cluster/node.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

namespace weft::testing {

inline constexpr const char* test_password = "correct horse";

/// Keeps what the session says.
class recording_outlet final : public actors::outlet {
public:
  void reply(const actors::session_notice& notice) override { add(notice); }
  actors::push_result push(const actors::session_notice& notice) override {
    add(notice);
    return actors::push_result::taken;
  }
  void tell_lagging(inbox_version) override {}
  void set_inbox_version(inbox_version) override {}
  void close(const error& why) override { add(actors::session_ended{why}); }

  /// Waits for the next notice of a kind; others that came before it are dropped.
  template <class Notice>
  Notice next() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::unique_lock lock(mutex_);
    for (;;) {
      REQUIRE(changed_.wait_until(lock, deadline, [this] { return !notices_.empty(); }));
      auto notice = std::move(notices_.front());
      notices_.pop_front();
      if (auto* wanted = std::get_if<Notice>(&notice))
        return std::move(*wanted);
    }
  }

private:
  void add(const actors::session_notice& notice) {
    std::lock_guard lock(mutex_);
    notices_.push_back(notice);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<actors::session_notice> notices_;
};

/// One connected device.
class test_client {
public:
  /// Connects with the given credentials; what comes of it is among the notices.
  test_client(caf::actor_system& system, cluster::node& node, actors::credentials who)
      : outlet_(std::make_shared<recording_outlet>()),
        session_(actors::spawn_session(system, node.domain(), node.sessions(), outlet_,
                                       std::move(who), 1)) {}

  static actors::register_account new_account(const std::string& name) {
    return {{}, name, test_password, {make_uuid_v4()}, "test", new_operation()};
  }
  static actors::sign_in account(const std::string& name) {
    return {{}, name, test_password, {make_uuid_v4()}, "test"};
  }
  static op_id new_operation() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {make_uuid_v7(time_ms{static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count())})};
  }

  template <class Notice>
  Notice next() {
    return outlet_->next<Notice>();
  }

  void ask(actors::session_request request) {
    actors::session_requests requests;
    requests.push_back(std::move(request));
    caf::anon_send(session_, std::move(requests));
  }

  /// Ends the session as its heartbeat deadline does.
  void expire() { caf::anon_send(session_, actors::atom::expired_v); }

  /// Sends a message and waits for its acknowledgement.
  actors::send_acked send(user_id to, const std::string& body) {
    actors::send_request request;
    request.request = 2;
    request.op = new_operation();
    request.peer = to;
    request.body = body;
    ask(request);
    return next<actors::send_acked>();
  }

  actors::inbox_page inbox() {
    actors::inbox_request request;
    request.request = 3;
    request.limit = 10;
    ask(request);
    return next<actors::inbox_page>();
  }

private:
  std::shared_ptr<recording_outlet> outlet_;
  actors::session_actor session_;
};

} // namespace weft::testing
