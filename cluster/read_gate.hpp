// Where reads enter the read pool.
#pragma once

#include "actors/blocking_pool.hpp"
#include "actors/read_service.hpp"

#include <atomic>
#include <deque>
#include <mutex>

namespace weft::cluster {

/// Runs the read service on the read pool. Reads of clients that find the pool full are refused, as
/// history reads are what overload takes first. A `check_user` is not a client's read but part of a
/// send: it is put off instead, and each read that ends lets one such check run in its place, so
/// that a full pool delays it by about one read. Safe for use by several threads; never blocks.
class read_gate {
public:
  /// Checks that wait; a thread whose check finds no room asks again by itself. Every waiting check
  /// stands for a thread that is active for its first message.
  static constexpr std::size_t deferred_max = 4096;

  /// Both outlive the gate, and the pool stops before the gate goes.
  read_gate(actors::blocking_pool& pool, const actors::read_service& service)
      : pool_(pool), service_(service) {}

  /// False when the read is refused: whoever asked is told `overloaded`.
  [[nodiscard]] bool submit(const actors::read_request& what);

private:
  bool defer(const actors::check_user& what);
  void run_one_deferred();

  actors::blocking_pool& pool_;
  const actors::read_service& service_;
  std::mutex mutex_;
  std::deque<actors::check_user> deferred_;
  /// The size of `deferred_`, so that the usual read takes no lock.
  std::atomic<std::size_t> deferred_count_{0};
};

} // namespace weft::cluster
