// An actor system that runs on the thread of its test, in an order that repeats.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::testing {

/// How long a test waits for what other threads do for it before it fails.
inline constexpr std::chrono::seconds time_limit{30};

/// CAF's scheduler for tests, made safe for the pools: it takes jobs from other threads too, and
/// runs them on the thread that made it.
class pumped_coordinator final : public caf::scheduler::test_coordinator {
public:
  using test_coordinator::test_coordinator;

  /// Runs everything that is ready; the number of jobs that were run.
  std::size_t run_ready();
  /// Waits until another thread has made an actor ready; false when none did within the limit.
  bool wait_for_arrival(std::chrono::milliseconds limit);

protected:
  void enqueue(caf::resumable* job) override;
  void stop() override;

private:
  const std::thread::id home_ = std::this_thread::get_id();
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<caf::resumable*> arrived_;

  void take_arrived();
};

/// The system itself. Every actor must have ended before it does.
class pumped_system {
public:
  pumped_system();

  caf::actor_system& get() { return system_; }
  pumped_coordinator& scheduler() { return *scheduler_; }
  /// Moves the clock of the actors on: delayed messages that are due are sent, not yet handled.
  void advance(std::chrono::milliseconds by) { scheduler_->advance_time(by); }

private:
  pumped_coordinator* scheduler_ = nullptr;
  caf::actor_system_config config_;
  caf::actor_system system_;

  caf::actor_system_config& prepared();
};

} // namespace weft::testing
