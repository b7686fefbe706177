// A place at which a test holds up another thread.
#pragma once

#include <condition_variable>
#include <mutex>

namespace weft::testing {

/// Open at first. While it is shut, whoever passes waits. Safe for use by several threads.
class gate {
public:
  void shut() {
    std::lock_guard guard{mutex_};
    is_open_ = false;
  }
  void open() {
    {
      std::lock_guard guard{mutex_};
      is_open_ = true;
    }
    changed_.notify_all();
  }

  void pass() const {
    std::unique_lock guard{mutex_};
    ++waiting_;
    changed_.wait(guard, [this] { return is_open_; });
    --waiting_;
  }
  bool is_waited_at() const {
    std::lock_guard guard{mutex_};
    return waiting_ > 0;
  }

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int waiting_ = 0;
  bool is_open_ = true;
};

} // namespace weft::testing
