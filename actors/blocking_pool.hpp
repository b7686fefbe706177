// Port and implementation of the pools that may block: reading the store, hashing passwords.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace weft::actors {

/// Which jobs of a pool go first.
enum class pool_lane : std::uint8_t {
  /// What a send or a sign-in waits for: taken before everything else, in the order it came.
  preferred,
  /// What may be refused under overload before anything that writes is: taken when no preferred job
  /// waits, in the order it came.
  ordinary,
};

/// Two bounded queues served by a few threads of their own, so that no actor's worker ever blocks.
class blocking_pool {
public:
  /// `threads` run at once; at most `queue_max` jobs wait in each lane, so that one that is full
  /// refuses nothing of the other.
  blocking_pool(std::size_t threads, std::size_t queue_max);
  /// Finishes the job each thread is at; drops what waits.
  ~blocking_pool();

  /// Runs `job` soon on one of the threads. False, and nothing happens, when its lane is full or
  /// the pool is stopping: the caller says `overloaded`.
  [[nodiscard]] bool submit(std::function<void()> job, pool_lane where = pool_lane::ordinary);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weft::actors
