// A device of the kill test: a real client that always has messages under way.
#pragma once

#include "net/client/follower.hpp"
#include "tests/integration/chat_journal.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace weft::testing {

/// Sends a window of messages to its threads and sends on whenever one is acknowledged; shows what
/// it receives, tells how far it has received and now and then how far its user has read. Comes
/// back after every loss and repeats what was not answered under the same operation ids. Runs on
/// one io_context; not thread-safe.
class chatting_device : net::client::follower_listener {
public:
  struct settings {
    std::vector<net::client::server_address> servers;
    /// Numbers the devices of a run.
    std::size_t number = 0;
    user_id user;
    std::string token;
    std::uint64_t history_id = 0;
    std::vector<thread_id> threads;
    std::size_t window = 8;
    std::uint64_t seed = 0;
  };

  chatting_device(boost::asio::io_context& io, chat_journal& journal, settings config);

  /// Connects, and sends from then on.
  void start();
  /// Sends nothing new; what is under way goes on.
  void hush() { quiet_ = true; }
  void stop() { follower_.stop(); }

  std::size_t in_flight() const { return in_flight_; }
  /// True when nothing is under way and nothing known is missing.
  bool is_settled() const { return in_flight_ == 0 && marks_ == 0 && follower_.is_complete(); }

  /// What it has shown of each thread, in the order of showing.
  const std::map<thread_id, std::vector<seen_message>>& shown() const { return shown_; }
  /// The highest read cursor of each thread that the node has acknowledged, and that was asked for.
  const std::map<thread_id, sequence>& marks_acknowledged() const { return marks_acknowledged_; }
  const std::map<thread_id, sequence>& marks_asked() const { return marks_asked_; }
  user_id user() const { return config_.user; }
  /// What must never happen, in words.
  const std::vector<std::string>& faults() const { return faults_; }

private:
  void on_message(const net::client::message& what, const std::string& from) override;
  void on_settled() override;
  void on_live(const weft::Ready& ready) override;
  void on_ended(const error& why) override;

  void fill_window();
  void send_one();
  void mark_read(const thread_id& thread, sequence seq);

  chat_journal& journal_;
  settings config_;
  std::mt19937_64 random_;
  std::map<thread_id, std::vector<seen_message>> shown_;
  std::map<thread_id, sequence> marks_acknowledged_;
  std::map<thread_id, sequence> marks_asked_;
  std::vector<std::string> faults_;
  std::size_t in_flight_ = 0;
  std::size_t marks_ = 0;
  std::uint64_t sent_ = 0;
  bool quiet_ = false;
  net::client::follower follower_;
};

} // namespace weft::testing
