// Waiting for a condition that other threads bring about.
#pragma once

#include <chrono>
#include <thread>

namespace weft::testing {

/// Waits until `holds()`; false when it does not within a generous limit.
template <class Condition>
[[nodiscard]] bool await(Condition holds, std::chrono::seconds limit = std::chrono::seconds(60)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    // sleep: between two looks at the condition.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

} // namespace weft::testing
