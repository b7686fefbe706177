// A conversation on the screen: what comes in, what is typed, and how far it got.
#pragma once

#include "bin/weft/chat_terminal.hpp"
#include "bin/weft/inbox_keeper.hpp"
#include "bin/weft/session.hpp"
#include "bin/weft/stdin_reader.hpp"
#include "net/client/follower.hpp"

#include <boost/asio/signal_set.hpp>

#include <deque>
#include <set>

namespace weft::bin {

/// How far the other side got.
struct peer_progress {
  sequence delivered;
  sequence read;
};

/// What a chat begins with.
struct chat_opening {
  net::client::identity who;
  target to;
  /// The end of the conversation, oldest first, with the names of the senders.
  std::vector<std::pair<net::client::message, std::string>> last;
  /// The opening holds what lies above the one and up to the other.
  sequence above;
  sequence last_seq;
  /// Messages in front of it that nobody has read.
  std::uint64_t left_out = 0;
  peer_progress peer;
};

/// Runs until the input ends and everything typed is stored, or until it fails.
class chat_room : net::client::follower_listener {
public:
  chat_room(const context& shared, chat_opening opening, inbox_keeper& keeper,
            net::client::steady_link::settings config);

  command_result run();

private:
  // -- from the follower ---
  void on_message(const net::client::message& what, const std::string& from) override;
  void on_settled() override;
  void on_receipt(const thread_id& thread, user_id user, sequence delivered,
                  sequence read) override;
  void on_row(const thread_id& thread, const weft::InboxThread& row) override;
  void on_trouble(const error& why) override;
  void on_presence(const weft::Presence& what) override;
  void on_heartbeat() override { ask_presence(); }
  void on_live(const weft::Ready& ready) override;
  void on_lost(const error& why, std::chrono::milliseconds pause) override;
  void on_ended(const error& why) override { end(with_advice(why)); }

  // -- from the keyboard ---
  void take_input(std::string piece);
  void send_next();
  void on_sent(const result<weft::Ack>& outcome);

  net::client::follower::start_point start() const;
  void begin_afresh();
  void show_opening();
  void note_shown(sequence seq);
  /// A remark beside the messages; nothing for programs.
  void say(const std::string& what);
  void say_left_out();
  std::string name() const;
  void show(const net::client::message& what, const std::string& from);
  void show_progress();
  void ask_presence();
  void show_presence(const weft::Presence& what);
  void end(command_result how);

  const context& shared_;
  chat_opening opening_;
  inbox_keeper& keeper_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  chat_terminal terminal_;
  net::client::follower follower_;
  stdin_reader input_;

  std::deque<std::string> typed_;
  std::set<thread_id> elsewhere_;
  /// Everything in front of what is shown was shown as well, here or before.
  bool contiguous_ = false;
  sequence last_own_;
  sequence last_shown_;
  /// Up to here it was saved and reported.
  sequence settled_;
  peer_progress told_;
  /// What was last said of whether the other side is there.
  std::string presence_;
  bool met_ = false;
  bool sending_ = false;
  bool input_ended_ = false;
  bool lost_ = false;
  std::optional<command_result> ended_;
};

} // namespace weft::bin
