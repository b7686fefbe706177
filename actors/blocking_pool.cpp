#include "actors/blocking_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::actors {

struct blocking_pool::impl {
  std::mutex lock;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  std::size_t queue_max = 0;
  bool stopping = false;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock guard(lock);
    for (;;) {
      changed.wait(guard, [this] { return stopping || !queue.empty(); });
      if (stopping)
        return;
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
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard guard(impl_->lock);
    impl_->stopping = true;
    dropped.swap(impl_->queue);
  }
  impl_->changed.notify_all();
  for (auto& thread : impl_->threads)
    thread.join();
}

bool blocking_pool::submit(std::function<void()> job) {
  {
    std::lock_guard guard(impl_->lock);
    if (impl_->stopping || impl_->queue.size() >= impl_->queue_max)
      return false;
    impl_->queue.push_back(std::move(job));
  }
  impl_->changed.notify_one();
  return true;
}

} // namespace weft::actors
