// Waiting for a condition, with a time limit.
#pragma once

#include <chrono>
#include <thread>

namespace weft::testing {

/// How long a test waits for what must happen, on a machine that is busy with other tests.
inline constexpr std::chrono::seconds patience{20};

/// True as soon as the condition holds; false when it does not within `patience`.
template <class Condition>
bool eventually(const Condition& holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    // sleep: the condition is another thread's; looking at it all the time would slow that down.
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

} // namespace weft::testing
