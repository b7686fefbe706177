#include "tests/actors/pumped_system.hpp"

#include "actors/type_ids.hpp"

#include <utility>

namespace weft::testing {

void pumped_coordinator::enqueue(caf::resumable* job) {
  if (std::this_thread::get_id() == home_)
    return test_coordinator::enqueue(job);
  {
    std::lock_guard guard(lock_);
    arrived_.push_back(job);
  }
  changed_.notify_one();
}

void pumped_coordinator::take_arrived() {
  std::lock_guard guard(lock_);
  jobs.insert(jobs.end(), arrived_.begin(), arrived_.end());
  arrived_.clear();
}

std::size_t pumped_coordinator::run_ready() {
  std::size_t total = 0;
  for (;;) {
    take_arrived();
    const auto ran = run();
    if (ran == 0)
      return total;
    total += ran;
  }
}

bool pumped_coordinator::wait_for_arrival(std::chrono::milliseconds limit) {
  std::unique_lock guard(lock_);
  return changed_.wait_for(guard, limit, [this] { return !arrived_.empty(); });
}

void pumped_coordinator::stop() {
  take_arrived();
  test_coordinator::stop();
}

caf::actor_system_config& pumped_system::prepared() {
  config_.add_message_types<caf::id_block::weft_actors>();
  config_.module_factories.push_back([this](caf::actor_system& system) {
    scheduler_ = new pumped_coordinator(system); // The system owns it.
    return static_cast<caf::actor_system::module*>(scheduler_);
  });
  return config_;
}

pumped_system::pumped_system() : system_(prepared()) {}

} // namespace weft::testing
