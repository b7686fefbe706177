// Follows all threads of an account: shows every message exactly once and in order, across lost
// connections, pushes dropped by the server, and restarts of the program.
#pragma once

#include "net/client/backoff.hpp"
#include "net/client/steady_link.hpp"
#include "net/client/sync.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
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
  /// Something was shown, and what follows has to be waited for: `take_advanced` says how far the
  /// threads came.
  virtual void on_settled() {}
  virtual void on_receipt(const thread_id&, user_id, sequence /*delivered*/, sequence /*read*/) {}
  /// A contact is otherwise than before, or heard of for the first time.
  virtual void on_presence(const weft::Presence&) {}
  /// The server has answered a heartbeat.
  virtual void on_heartbeat() {}
  /// The row of a thread that is not followed: it has changed.
  virtual void on_row(const thread_id&, const weft::InboxThread&) {}
  /// The server refuses for good what is needed to show a thread, or the inbox: said once for
  /// each. It is asked for again when something new is heard, and after a reconnect.
  virtual void on_trouble(const error&) {}
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
    /// When it names a thread, this one alone is followed; of the others the rows are told.
    std::optional<thread_id> only;
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
  /// Asks once for somebody whom heartbeats do not tell of; nothing happens when that fails.
  void ask_presence(user_id user, std::function<void(const weft::Presence&)> told);

  /// Threads that were shown further since the last call, and how far. Only from `on_settled`.
  advanced take_advanced();
  /// The inbox version that everything shown by now belongs to.
  std::uint64_t settled_inbox_version() const { return settled_inbox_version_; }

  /// True when nothing known is missing.
  bool is_complete() const;
  /// True while something that failed keeps it from asking; the pause ends by itself.
  bool is_paused() const { return paused_; }

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
  void on_presence(const weft::Presence& what) override { listener_.on_presence(what); }
  void on_turn() override { pump(); }

  void sign_in(weft::ClientFrame& frame);
  void start_afresh();
  bool follows(const thread_id& thread) const { return !only_ || thread == *only_; }
  void ask_inbox();
  void take_inbox(const weft::Inbox& page);
  void miss_inbox(const error& why);
  void pull(const sync::pull& what);
  void miss_page(const thread_id& thread, const error& why);
  void ask_name(user_id user);
  void miss_name(user_id user, const error& why);
  void pause();
  void pump();
  void show_arrived();

  follower_listener& listener_;
  std::function<account()> who_;
  std::deque<message> arrived_;
  std::map<user_id, std::string> names_;
  std::map<thread_id, sequence> told_;
  std::map<thread_id, sequence> delivered_;
  sync sync_;
  std::optional<thread_id> only_;
  /// Threads whose row was told.
  std::set<thread_id> rows_told_;
  /// Threads whose trouble was told.
  std::set<thread_id> trouble_told_;

  /// The history that the cursors speak of.
  std::uint64_t history_ = 0;
  std::uint64_t inbox_version_;
  std::uint64_t settled_inbox_version_;
  bool inbox_asked_ = false;
  bool inbox_wanted_ = false;
  bool inbox_trouble_told_ = false;
  bool name_asked_ = false;
  bool settled_ = true;
  unsigned pulls_ = 0;

  /// While it is set nothing is asked for: something failed that time may heal.
  bool paused_ = false;
  backoff pause_;
  std::minstd_rand random_;
  boost::asio::steady_timer pause_timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();

  // Last: when it goes, what is under way fails and comes back to all of the above.
  steady_link link_;
};

} // namespace weft::net::client
