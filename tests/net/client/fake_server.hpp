// A server that speaks the protocol truly and fails on demand: for the client library's own tests.
#pragma once

#include "net/proto/weft.pb.h"
#include "storage/ids.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace weft::net::client::test {

/// What the server does wrong, and how often it still will. Changed by `fake_server::script`.
struct misbehaviour {
  /// Sends that are committed, after which the connection is cut instead of answered.
  int cut_before_ack = 0;
  /// Registrations that are made, after which the connection is cut instead of answered.
  int cut_before_ready = 0;
  /// Requests of a kind that are refused with this error.
  std::map<weft::ClientFrame::WhatCase, int> refuse;
  weft::Error refusal;
  /// Requests of these kinds are never answered.
  std::set<weft::ClientFrame::WhatCase> unanswered;
  /// Connections that are closed as soon as they are made.
  int turn_away = 0;
  /// Pushes that are not sent, and pushes that are sent twice.
  int lose_pushes = 0;
  int double_pushes = 0;
  /// Pushes wait for `release_pushes`.
  bool hold_pushes = false;
  /// Nothing at all is answered.
  bool silent = false;
  /// The greeting.
  std::uint32_t version = 1;
  std::uint32_t heartbeat_ms = 10'000;
  std::uint32_t requests_max = 64;
};

/// Lives on its own thread and port. Keeps accounts, threads and tokens in memory, over `outage`.
class fake_server {
public:
  fake_server();
  ~fake_server();
  fake_server(const fake_server&) = delete;
  fake_server& operator=(const fake_server&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Changes what goes wrong.
  void script(std::function<void(misbehaviour&)> change);
  /// Stops listening and cuts every connection; `recover` listens again on the same port.
  void outage();
  void recover();
  /// Cuts every connection, after a Closing if one is given.
  void cut(const weft::Closing* why = nullptr);

  std::vector<weft::Event> events(const thread_id& thread);
  /// The highest cursor that was reported as delivered.
  std::uint64_t delivered(const thread_id& thread);
  std::size_t connections_made();
  std::size_t heartbeats();
  /// From now on a user is so, for everybody; told with the heartbeats.
  void set_presence(user_id user, weft::Presence::State state, std::uint64_t last_seen_ms = 0);
  /// Requests of a kind that have come, refused ones too.
  std::size_t asked(weft::ClientFrame::WhatCase kind);
  /// The operation ids of all registrations that have come.
  std::vector<std::string> registrations();
  /// Writes what was held, to each client in one piece.
  void release_pushes();

private:
  class peer;
  struct account {
    std::string password;
    user_id user;
  };
  struct sign_in {
    user_id user;
    std::string device;
  };

  void run_there(std::function<void()> what);
  void accept();
  void serve(peer& from, const weft::ClientFrame& frame);
  void greet(peer& to, std::uint64_t request);
  void sign(peer& to, const weft::ClientFrame& frame);
  void admit(peer& to, std::uint64_t request, user_id user, const std::string& device,
             const std::string& token);
  void take_send(peer& from, const weft::ClientFrame& frame);
  void push(const thread_id& thread, const weft::Event& event, const peer& but);
  void answer_history(peer& to, const weft::ClientFrame& frame);
  void answer_inbox(peer& to, const weft::ClientFrame& frame);
  void answer_user(peer& to, const weft::ClientFrame& frame);
  void answer_heartbeat(const weft::ClientFrame& frame, weft::HeartbeatAck& to) const;
  std::string name_of(user_id user) const;

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  unsigned short port_ = 0;
  std::set<std::shared_ptr<peer>> peers_;
  misbehaviour wrong_;
  std::map<std::string, account> accounts_;
  std::map<std::string, sign_in> tokens_;
  std::map<thread_id, std::vector<weft::Event>> threads_;
  std::map<thread_id, std::uint64_t> delivered_;
  std::uint64_t inbox_version_ = 0;
  std::size_t connections_ = 0;
  std::size_t heartbeats_ = 0;
  /// What has become of users, in the order of its versions.
  std::vector<weft::Presence> presence_;
  std::map<weft::ClientFrame::WhatCase, std::size_t> asked_;
  std::vector<std::string> registrations_;
  std::thread thread_;
};

} // namespace weft::net::client::test
