// One run of the kill test.
#pragma once

#include "tests/integration/chat_auditor.hpp"
#include "tests/integration/chatting_device.hpp"
#include "tests/integration/history_check.hpp"
#include "tests/support/process_weftd.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace weft::testing {

/// Users who chat in pairs, and with the pair beside theirs, while their node is killed and started
/// again. After every start, and at the end, everything that was acknowledged is looked for.
class kill_run {
public:
  /// What becomes of the store while the node is down.
  enum class sabotage {
    none,
    /// At the last kill it is replaced by that of the first one: the test must notice.
    roll_back,
  };
  struct settings {
    std::size_t kills = 20;
    /// Users; every other one has a second device.
    std::size_t clients = 12;
    std::uint64_t seed = 0;
    kill_run::sabotage sabotage = sabotage::none;
  };
  struct outcome {
    std::size_t kills = 0;
    /// Messages whose fate nobody knew when the node was killed, over all kills.
    std::size_t in_flight = 0;
    history_verdict verdict;
    /// What else went wrong; the first of it.
    std::vector<std::string> faults;
  };

  explicit kill_run(const settings& what);

  /// Throws when the node does not come back or does not answer.
  outcome run();

private:
  void make_users();
  void make_devices();
  /// Lets everybody chat for a while.
  void chat(std::chrono::milliseconds time);
  void kill_and_restart();
  void roll_back() const;
  /// Lets everybody finish; what is not finished in time is a fault.
  void settle();
  /// Checks all threads: nothing acknowledged may be missing, now or later.
  history_verdict check_threads();
  void check_views(history_verdict& verdict);
  /// Lets everybody chat until the inboxes of both sides show all that is acknowledged by now.
  void await_touches();
  /// Waits until the inboxes of both sides show every thread up to its end, and checks their rows.
  void check_inboxes(const chat_auditor& user);
  std::string wrong_in_row(const weft::InboxThread& row, const thread_id& thread,
                           const chat_auditor& user) const;
  const chat_auditor& reader_of(const thread_id& thread) const;
  std::size_t in_flight() const;
  void fault(std::string what);

  settings settings_;
  std::mt19937_64 random_;
  weftd_process node_;
  std::vector<net::client::server_address> servers_;
  chat_journal journal_;
  std::vector<std::unique_ptr<chat_auditor>> users_;
  boost::asio::io_context io_{1};
  std::vector<std::unique_ptr<chatting_device>> devices_;
  outcome outcome_;
};

} // namespace weft::testing
