// What a USER gets, and what the touch relay hears back.
#pragma once

#include "actors/messages/address.hpp"

#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

/// A thread has news. Idempotent, merged by max.
struct touch {
  user_id user;
  thread_id thread;
  sequence last_seq;
  ordinal last_ordinal;
  time_ms last_time;
  /// Direct threads: the other side.
  user_id peer;
  std::string peer_name;
  /// The shard whose relay waits for `touch_committed`, and its round.
  shard_id relay;
  std::uint64_t round = 0;
  /// The user's own newest event, if the relay saw one: who writes has read what was before.
  sequence own_seq{};
  ordinal own_ordinal{};
};

/// The user has read up to here. `seq` and `ordinal` have been checked by the thread's shard.
struct advance_read {
  request_ref ref;
  user_id user;
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
};

using user_input = std::variant<touch, advance_read>;
using user_inputs = std::vector<user_input>;

/// The user's shard has committed the touches of a round for this user.
struct touch_committed {
  shard_id relay;
  std::uint64_t round = 0;
  user_id user;
};

} // namespace weft::actors
