#include "actors/blocking_pool.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::actors {

struct blocking_pool::impl {
  std::mutex lock;
  std::condition_variable changed;
  std::array<std::deque<std::function<void()>>, 2> lanes;
  std::size_t queue_max = 0;
  bool stopping = false;
  std::vector<std::thread> threads;

  std::deque<std::function<void()>>& lane(pool_lane which) {
    return lanes[static_cast<std::size_t>(which)];
  }

  /// The lane whose turn it is; an empty one when nothing waits.
  std::deque<std::function<void()>>& next_lane() {
    auto& preferred = lane(pool_lane::preferred);
    return preferred.empty() ? lane(pool_lane::ordinary) : preferred;
  }

  void run() {
    std::unique_lock guard(lock);
    for (;;) {
      changed.wait(guard, [this] { return stopping || !next_lane().empty(); });
      if (stopping)
        return;
      auto& queue = next_lane();
      auto job = std::move(queue.front());
      queue.pop_front();
      guard.unlock();
      job();
      job = nullptr; // What it holds is released outside the lock.
      guard.lock();
    }
  }
};

blocking_pool::blocking_pool(std::size_t threads, std::size_t queue_max)
    : impl_(std::make_unique<impl>()) {
  impl_->queue_max = queue_max;
  for (std::size_t i = 0; i < threads; ++i)
    impl_->threads.emplace_back([this] { impl_->run(); });
}

blocking_pool::~blocking_pool() {
  decltype(impl_->lanes) dropped;
  {
    std::lock_guard guard(impl_->lock);
    impl_->stopping = true;
    dropped.swap(impl_->lanes);
  }
  impl_->changed.notify_all();
  for (auto& thread : impl_->threads)
    thread.join();
}

bool blocking_pool::submit(std::function<void()> job, pool_lane where) {
  {
    std::lock_guard guard(impl_->lock);
    auto& queue = impl_->lane(where);
    if (impl_->stopping || queue.size() >= impl_->queue_max)
      return false;
    queue.push_back(std::move(job));
  }
  impl_->changed.notify_one();
  return true;
}

} // namespace weft::actors
