// Many devices at once: who is there, and how long it took them to come.
#pragma once

#include "bin/weft_bench/histogram.hpp"
#include "bin/weft_bench/session_client.hpp"
#include "storage/result.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace weft::bench {

/// What a run with a crowd is asked to do.
struct crowd_settings {
  std::size_t clients = 1000;
  /// Sign-ins under way at once.
  std::size_t at_once = 64;
  std::chrono::duration<double> seconds{10};
  /// Before measuring idle sessions: what came in together beats together at first, and a heartbeat
  /// interval spreads it.
  std::chrono::duration<double> settle{10};
  /// Where accounts are kept between runs; empty: nowhere.
  std::filesystem::path tokens;
};

/// See above. Not thread-safe: whoever calls runs the io_context within the call.
class crowd : session_listener {
public:
  crowd(crowd_settings what, std::vector<net::client::server_address> servers);

  /// Accounts from the file of tokens; those that are missing are registered, and written to it.
  result<void> enrol();
  /// Everybody who is not there comes.
  result<void> come();
  /// Everybody breaks his connection.
  void leave();
  /// Lets the sessions be for a while.
  result<void> stay(std::chrono::duration<double> how_long);

  std::size_t size() const { return clients_.size(); }
  /// What is counted below is counted from now on.
  void begin_measuring();
  /// From beginning to connect to being signed in.
  const histogram& latency() const { return latency_; }
  /// Sign-ins that the server had no room for, and that came again.
  std::uint64_t refused() const { return refused_; }
  /// Sessions that the server ended.
  std::uint64_t lost() const { return lost_; }

private:
  void on_here(std::size_t index, std::chrono::nanoseconds took) override;
  void on_refused(std::size_t) override { ++refused_; }
  void on_gone(std::size_t index, const error& why) override;

  void begin_next();
  void save_tokens();

  boost::asio::io_context io_;
  crowd_settings what_;
  std::vector<net::client::server_address> servers_;
  std::vector<std::unique_ptr<session_client>> clients_;
  /// Next to come, of those who are not there.
  std::size_t next_ = 0;
  std::size_t here_ = 0;
  histogram latency_;
  std::uint64_t refused_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<error> failed_;
};

} // namespace weft::bench
