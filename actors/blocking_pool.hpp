// Port and implementation of the pools that may block: reading the store, hashing passwords.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace weft::actors {

/// A bounded queue served by a few threads of its own, so that no actor's worker ever blocks.
class blocking_pool {
public:
  /// `threads` run at once; at most `queue_max` jobs wait.
  blocking_pool(std::size_t threads, std::size_t queue_max);
  /// Finishes the job each thread is at; drops what waits.
  ~blocking_pool();

  /// Runs `job` soon on one of the threads. False, and nothing happens, when the queue is full or
  /// the pool is stopping: the caller says `overloaded`.
  [[nodiscard]] bool submit(std::function<void()> job);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weft::actors
