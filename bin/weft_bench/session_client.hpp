// One device that has a session and says nothing but heartbeats.
#pragma once

#include "net/client/dialer.hpp"
#include "net/client/link.hpp"
#include "net/client/server_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weft::bench {

/// What a device signs in with. Without a token it registers, and has one from then on.
struct session_account {
  std::string name;
  std::string password;
  device_id device;
  std::string token;
};

/// Told how sessions fare. Calls come from the io_context.
class session_listener {
public:
  virtual ~session_listener() = default;
  /// The device is signed in, this long after it began to connect for the last time.
  virtual void on_here(std::size_t index, std::chrono::nanoseconds took) = 0;
  /// The server had no room for the sign-in; it is tried again after a pause.
  virtual void on_refused(std::size_t index) = 0;
  /// A session that was there is gone, or will not come.
  virtual void on_gone(std::size_t index, const error& why) = 0;
};

/// See above. Not thread-safe: one thread runs the io_context.
class session_client : net::client::link_listener {
public:
  session_client(boost::asio::io_context& io, session_listener& listener, std::size_t index,
                 session_account who);

  /// Connects and signs in: by the token, if there is one.
  void come(const std::vector<net::client::server_address>& servers);
  /// Breaks the connection as a client that dies: the server hears a reset, the port is free.
  void leave();

  bool is_here() const { return is_here_; }
  const session_account& account() const { return who_; }

private:
  void on_hello(const weft::Hello& hello) override;
  void on_ack(std::uint64_t, const net::client::ack_view&) override {}
  void on_deliver(const net::client::deliver_view&) override {}
  void on_receipt(const net::client::receipt_view&) override {}
  void on_reply(const weft::ServerFrame& frame) override;
  void on_push(const weft::ServerFrame&) override {}
  void on_inbox_version(std::uint64_t) override {}
  void on_link_closed(const net::client::close_reason& reason) override;

  void dial();
  void dial_after(std::chrono::milliseconds pause);
  void let_go();
  void try_again(const error& why, std::chrono::milliseconds pause);

  boost::asio::io_context& io_;
  session_listener& listener_;
  std::size_t index_;
  session_account who_;
  op_id registration_;
  std::vector<net::client::server_address> servers_;
  std::shared_ptr<net::client::dialer> dialer_;
  std::shared_ptr<net::client::link> link_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point began_;
  unsigned attempts_ = 0;
  bool is_here_ = false;
};

} // namespace weft::bench
