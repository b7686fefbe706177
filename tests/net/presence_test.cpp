// What heartbeats tell of others.
#include "tests/net/sample_ids.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <mutex>

using namespace weft;
using namespace weft::testing;

namespace {

/// Says who was asked for, and with which version.
class scripted_view final : public actors::presence_view {
public:
  actors::presence_changes changes_for(user_id viewer, std::uint64_t since) const override {
    std::lock_guard lock(mutex_);
    asked_.emplace_back(viewer, since);
    if (since >= 7)
      return {since, {}};
    return {7, {{user_id{bob}, actors::presence_state::offline, time_ms{5'000}}}};
  }

  std::vector<std::pair<user_id, std::uint64_t>> asked() const {
    std::lock_guard lock(mutex_);
    return asked_;
  }

private:
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<user_id, std::uint64_t>> asked_;
};

ClientFrame beat(std::uint64_t request, std::uint64_t presence_version) {
  auto out = heartbeat_frame(request);
  out.mutable_heartbeat()->set_presence_version(presence_version);
  return out;
}

/// A server whose heartbeats are answered from a script.
struct telling {
  explicit telling(net::server_options options = {}) : with(told_by(view, std::move(options))) {}

  static net::server_options told_by(const scripted_view& view, net::server_options options) {
    options.presence = &view;
    return options;
  }

  scripted_view view;
  served with;
};

} // namespace

TEST_CASE("a heartbeat is answered with what has changed for its user") {
  telling at;
  auto client = at.with.connect();
  client.sign_in();
  client.send(beat(3, 0));
  const auto first = client.receive();
  REQUIRE(first->has_heartbeat_ack());
  CHECK(first->heartbeat_ack().inbox_version() == 41);
  CHECK(first->heartbeat_ack().presence_version() == 7);
  REQUIRE(first->heartbeat_ack().presence_size() == 1);
  CHECK(first->heartbeat_ack().presence(0).user_id() == bob);
  CHECK(first->heartbeat_ack().presence(0).state() == Presence::OFFLINE);
  CHECK(first->heartbeat_ack().presence(0).last_seen_ms() == 5'000);
  client.send(beat(4, 7));
  const auto second = client.receive();
  CHECK(second->heartbeat_ack().presence_version() == 7);
  CHECK(second->heartbeat_ack().presence_size() == 0);
  CHECK(at.view.asked() ==
        std::vector{std::pair{user_id{ann}, std::uint64_t{0}}, {user_id{ann}, std::uint64_t{7}}});
}

TEST_CASE("nobody is told anything before signing in") {
  telling at;
  auto client = at.with.connect();
  client.hello();
  client.send(beat(3, 0));
  CHECK(client.receive()->error().code() == NOT_SIGNED_IN);
  CHECK(at.view.asked().empty());
}

TEST_CASE("a node that is short of budget leaves presence out, and tells it later") {
  net::server_options options;
  options.limits.node_request_bytes_max = 10'000;
  telling at(options);
  auto client = at.with.connect();
  client.sign_in();
  at.with.host.script.holds_sends = true;
  for (std::uint64_t i = 10; i < 12; ++i) {
    auto send = send_frame(i);
    send.mutable_send()->set_body(std::string(4'000, 'b'));
    client.send(send);
  }
  CHECK(eventually([&] { return at.with.host.script.requests == 2; }));
  client.send(beat(3, 2));
  const auto left_out = client.receive_reply(3);
  REQUIRE(left_out);
  CHECK(left_out->heartbeat_ack().inbox_version() == 41);
  CHECK(left_out->heartbeat_ack().presence_version() == 2);
  CHECK(left_out->heartbeat_ack().presence_size() == 0);
  CHECK(at.view.asked().empty());
  at.with.host.script.holds_sends = false;
  CHECK(client.receive_reply(10)->has_ack());
  CHECK(client.receive_reply(11)->has_ack());
  CHECK(eventually([&] { return at.with.server->counters().requests_in_flight_bytes == 0; }));
  client.send(beat(4, 2));
  CHECK(client.receive_reply(4)->heartbeat_ack().presence_version() == 7);
}
