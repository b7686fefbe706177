// When a node asks which shards for presence.
#pragma once

#include "cluster/presence/presence_cache.hpp"

#include <deque>
#include <vector>

namespace weft::cluster {

/// Asks in rounds: a few questions at a time, the next ones as answers come, so that presence takes
/// a small part of what the read pool may have waiting, and less the busier that is. Users who are
/// new to the node are asked for at each tick, all others at every fifth. Plain class.
class presence_rounds {
public:
  /// Ticks in one interval.
  static constexpr unsigned ticks_of_interval = 5;
  /// Questions that wait for their answers.
  static constexpr std::size_t under_way_max = 8;
  /// Ticks without an answer after which a round is given up: it was shed, or its shard is gone.
  static constexpr unsigned silent_ticks_max = 5;

  explicit presence_rounds(presence_cache& cache) : cache_(cache) {}

  /// These give the questions to ask now.
  std::vector<presence_question> on_tick();
  std::vector<presence_question> on_answer(const presence_answer& what);

private:
  std::vector<presence_question> next();

  presence_cache& cache_;
  std::deque<presence_question> waiting_;
  std::size_t under_way_ = 0;
  unsigned silent_ticks_ = 0;
  unsigned ticks_ = 0;
  bool is_everything_due_ = false;
};

} // namespace weft::cluster
