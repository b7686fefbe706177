#include "cluster/read_gate.hpp"

#include <optional>

namespace weft::cluster {

bool read_gate::submit(const actors::read_request& what) {
  if (pool_.submit([this, what] {
        service_.serve(what);
        run_one_deferred();
      }))
    return true;
  const auto* check = std::get_if<actors::check_user>(&what);
  return check != nullptr && defer(*check);
}

bool read_gate::defer(const actors::check_user& what) {
  std::lock_guard lock(mutex_);
  if (deferred_.size() >= deferred_max)
    return false;
  deferred_.push_back(what);
  deferred_count_.store(deferred_.size(), std::memory_order_release);
  return true;
}

void read_gate::run_one_deferred() {
  if (deferred_count_.load(std::memory_order_acquire) == 0)
    return;
  std::optional<actors::check_user> next;
  {
    std::lock_guard lock(mutex_);
    if (deferred_.empty())
      return;
    next = deferred_.front();
    deferred_.pop_front();
    deferred_count_.store(deferred_.size(), std::memory_order_release);
  }
  service_.serve(*next);
}

} // namespace weft::cluster
