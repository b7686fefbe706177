// One I/O thread: its sockets, its deadlines, and what other threads have for it.
#pragma once

#include "net/connection.hpp"
#include "net/poller.hpp"
#include "net/server_context.hpp"
#include "net/timing_wheel.hpp"
#include "net/turn.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::net {

class listener;

/// Owns connections and serves them on a thread of its own. Other threads use `adopt`, `enqueue`
/// and `begin_stop`. Sessions keep it until they let go of their outlets, though it has ended by
/// then.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  /// `strangers_max` bounds the connections that have not signed in; when there are more, the
  /// oldest has to go.
  static result<std::shared_ptr<io_thread>> make(std::shared_ptr<server_context> shared,
                                                 std::size_t strangers_max);
  ~io_thread();
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  /// Also accepts for the whole server. Before `start`; the listener outlives the thread.
  result<void> serve(listener& door);
  void start();

  // -- any thread -------------------------------------------------------------------------------

  /// Takes an accepted socket over; its connection has been counted.
  void adopt(int socket);
  /// Has `on_queue` of the connection called soon. Many calls cost one wake-up.
  void enqueue(std::shared_ptr<connection> what);
  /// Closes all connections, tells their clients, and ends the thread when that is done or
  /// `within` milliseconds have passed.
  void begin_stop(clock_ms within);
  void join();

  // -- for its connections, on its thread -------------------------------------------------------

  server_context& shared() { return *shared_; }
  poller& sockets() { return *poller_; }
  timing_wheel& wheel() { return wheel_; }
  /// For one turn of one connection; they do not nest.
  lent_turn lend_turn() { return lent_turn{turn_}; }
  clock_ms now() const { return now_; }
  bool is_stopping() const { return stop_due_ != 0; }
  /// Lets go of a connection, at the end of this round.
  void release(connection& what);

private:
  io_thread(std::shared_ptr<server_context> shared, std::unique_ptr<poller> sockets,
            std::size_t strangers_max);

  /// What other threads want.
  struct inbox {
    std::vector<std::shared_ptr<connection>> queued;
    std::vector<int> adopted;
    clock_ms stop_within = 0;
    bool is_empty() const { return queued.empty() && adopted.empty() && stop_within == 0; }
  };
  /// A place in `slots_` as it was; worthless when the number has changed.
  struct stranger {
    std::uint32_t slot;
    connection_no number;
  };

  void run();
  void run_once();
  std::optional<clock_ms> wait_at_most();
  void take_inbox();
  void place(int socket);
  void crowd_out(const stranger& newcomer);
  bool is_still_stranger(const stranger& who) const;
  void stop_connections(clock_ms within);
  bool is_done() const;

  std::shared_ptr<server_context> shared_;
  std::unique_ptr<poller> poller_;
  listener* door_ = nullptr;
  clock_ms now_;
  timing_wheel wheel_;
  turn turn_;

  std::mutex mutex_;
  inbox inbox_;
  /// The inbox as it was taken; kept for its memory.
  inbox taken_;

  std::vector<std::shared_ptr<connection>> slots_;
  std::vector<std::uint32_t> free_slots_;
  connection_no next_number_ = 1;
  /// Oldest first; those that have signed in or left are skipped.
  std::deque<stranger> strangers_;
  std::size_t strangers_max_;
  /// Connections that were let go in this round: events of the round may still name them.
  std::vector<std::shared_ptr<connection>> leaving_;
  clock_ms stop_due_ = 0;
  std::thread thread_;
};

/// The monotonic clock in milliseconds.
clock_ms read_clock();

} // namespace weft::net
