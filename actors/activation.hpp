// Port: how an activated actor leaves the table through which it is found.
#pragma once

#include <cstdint>

namespace weft::actors {

/// One activated actor's entry in the activation table of its node. Implemented by cluster. Safe
/// for use by several threads.
class activation {
public:
  virtual ~activation() = default;

  /// Takes the actor out if it has seen every message that was ever sent to it (`seen` counts
  /// messages, not inputs). True: it is out, nothing is under way to it, it may quit. False: more
  /// is coming, it stays. Next use activates a new one.
  virtual bool retire(std::uint64_t seen) = 0;

  /// Takes the actor out whatever is under way: it must refuse what still comes, then quit.
  virtual void abandon() = 0;
};

} // namespace weft::actors
