// Follows all threads of an account: shows every message exactly once and in order, across lost
// connections, pushes dropped by the server, and restarts of the program.
#pragma once

#include "net/client/steady_link.hpp"
#include "net/client/sync.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weft::net::client {

/// Told what a follower shows.
class follower_listener {
public:
  virtual ~follower_listener() = default;

  /// The next message of its thread, once in the follower's life.
  virtual void on_message(const message& what, const std::string& from) = 0;
  /// Everything that has arrived was shown: `take_advanced` says how far the threads came.
  virtual void on_settled() {}
  virtual void on_receipt(const thread_id&, user_id, sequence /*delivered*/, sequence /*read*/) {}
  /// Signed in. When `history_id` is not the account's, the history was restored: everything is
  /// shown from its beginning.
  virtual void on_live(const weft::Ready&) {}
  virtual void on_lost(const error&, std::chrono::milliseconds) {}
  virtual void on_ended(const error& why) = 0;
};

/// See above. Not thread-safe: one thread runs the io_context and calls it.
class follower : steady_listener {
public:
  struct account {
    std::string token;
    std::uint64_t history = 0;
  };
  /// Where to begin: what was shown before, and the inbox version that it belongs to.
  struct start_point {
    std::map<thread_id, sequence> shown;
    std::uint64_t inbox_version = 0;
  };
  using advanced = std::vector<std::pair<thread_id, sequence>>;

  /// `who` is asked before every sign-in, so that a token that has changed is noticed.
  follower(boost::asio::io_context& io, follower_listener& listener, steady_link::settings config,
           std::function<account()> who, const start_point& from);

  void start() { link_.start(); }
  void stop() { link_.stop(); }

  /// Sends a message; once it is committed it is shown in its place of the thread, like any other.
  void send(const thread_id& thread, user_id me, const op_id& op, std::string body,
            std::chrono::milliseconds within, std::function<void(result<weft::Ack>)> finished);
  void tell_delivered(const advanced& cursors);
  void mark_read(const thread_id& thread, sequence seq);

  /// Threads that came further since the last call, and how far. Only from `on_settled`.
  advanced take_advanced();
  /// The inbox version that everything shown by now belongs to.
  std::uint64_t settled_inbox_version() const { return settled_inbox_version_; }
  /// True when nothing known is missing.
  bool is_complete() const;

  void learn_name(user_id user, const std::string& name) { names_[user] = name; }
  steady_link& connection() { return link_; }

private:
  void on_live(const weft::Hello& hello, const weft::Ready* ready) override;
  void on_lost(const error& why, std::chrono::milliseconds pause) override;
  void on_ended(const error& why) override { listener_.on_ended(why); }
  void on_deliver(const deliver_view& deliver) override;
  void on_receipt(const receipt_view& receipt) override;
  void on_push(const weft::ServerFrame& frame) override;
  void on_inbox_version(std::uint64_t version) override;
  void on_turn() override { pump(); }

  void sign_in(weft::ClientFrame& frame);
  void start_afresh();
  void ask_inbox();
  void take_inbox(const weft::Inbox& page);
  void pull(const sync::pull& what);
  void ask_name(user_id user);
  void pump();
  void show_arrived();

  follower_listener& listener_;
  std::function<account()> who_;
  std::deque<message> arrived_;
  std::map<user_id, std::string> names_;
  std::map<thread_id, sequence> told_;
  std::map<thread_id, sequence> delivered_;
  sync sync_;
  steady_link link_;

  /// The history that the cursors speak of.
  std::uint64_t history_ = 0;
  std::uint64_t inbox_version_;
  std::uint64_t settled_inbox_version_;
  bool inbox_asked_ = false;
  bool inbox_wanted_ = false;
  bool name_asked_ = false;
  bool settled_ = true;
  unsigned pulls_ = 0;
};

} // namespace weft::net::client
