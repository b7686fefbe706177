// A set of threads for one batch of work, cleared in constant time.
#pragma once

#include "storage/ids.hpp"

#include <cstdint>
#include <vector>

namespace weft::storage {

/// Open addressing with linear probing. Made to be filled and forgotten many times a second: it
/// keeps its memory, and clearing moves a generation on instead of touching the cells.
class thread_set {
public:
  /// Empties the set and makes room for `expected` threads.
  void clear(std::size_t expected);

  /// True when the thread was not in the set before. At most as many calls may answer true as were
  /// expected.
  bool insert(const thread_id& thread);

private:
  struct cell {
    thread_id thread;
    std::uint64_t generation = 0;
  };

  std::vector<cell> cells_;
  std::uint64_t generation_ = 0;
};

} // namespace weft::storage
