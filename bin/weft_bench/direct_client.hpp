// A client of a real server: its account, its link, its part of the traffic.
#pragma once

#include "bin/weft_bench/traffic_client.hpp"
#include "net/client/dialer.hpp"
#include "net/client/link.hpp"
#include "net/client/server_clock.hpp"

#include <memory>
#include <optional>
#include <string>

namespace weft::bench {

/// What a client tells its run.
class direct_listener {
public:
  virtual ~direct_listener() = default;
  /// Registered and signed in.
  virtual void on_ready(std::size_t index) = 0;
  /// It cannot go on.
  virtual void on_failed(std::size_t index, const error& why) = 0;
};

/// Registers an account of its own, then exchanges messages with one partner. Once that began, a
/// lost connection is a failure: what a run measures is a server that works.
class direct_client : net::client::link_listener, port {
public:
  direct_client(boost::asio::io_context& io, direct_listener& listener, traffic& shared,
                std::size_t index, std::string name);

  /// Connects and registers; tried again for as long as the server is too busy.
  void enrol(const std::vector<net::client::server_address>& servers);
  void meet(user_id partner);

  user_id user() const { return user_; }
  /// Requests that the server takes from one client before it stops reading.
  std::size_t requests_max() const { return requests_max_; }

  void send_due(clock::time_point now) { client_.send_due(now); }
  std::size_t outstanding() const { return client_.outstanding(); }
  const order_check& order() const { return client_.order(); }
  /// Reads from history what lies behind the first hole.
  void pull();

private:
  // -- from the link ---
  void on_hello(const weft::Hello& hello) override;
  void on_ack(std::uint64_t request, const net::client::ack_view& ack) override;
  void on_deliver(const net::client::deliver_view& deliver) override;
  void on_receipt(const net::client::receipt_view& receipt) override;
  void on_reply(const weft::ServerFrame& frame) override;
  void on_push(const weft::ServerFrame& frame) override;
  void on_inbox_version(std::uint64_t) override {}
  void on_turn() override { client_.on_turn(); }
  void on_link_closed(const net::client::close_reason& reason) override;

  // -- for the traffic ---
  std::uint64_t send(const op_id& op, std::string_view body) override;
  op_id next_op() override { return clock_.make_op_id(); }
  void tell_delivered(std::uint64_t seq) override;

  void dial();
  void dial_later();
  void pull_after(std::chrono::milliseconds pause);
  void take_history(const weft::History& page);

  boost::asio::io_context& io_;
  direct_listener& listener_;
  traffic& shared_;
  std::size_t index_;
  std::string name_;
  std::string password_;
  device_id device_;
  op_id registration_;
  std::vector<net::client::server_address> servers_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<net::client::dialer> dialer_;
  std::shared_ptr<net::client::link> link_;
  net::client::server_clock clock_;
  traffic_client client_;

  user_id user_;
  std::string thread_;
  std::size_t requests_max_ = 0;
  std::uint64_t registering_ = 0;
  std::uint64_t pulling_ = 0;
  unsigned attempts_ = 0;
};

} // namespace weft::bench
