// What the shard log holds: decided, versioned records (results, not commands).
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace weft::storage {

/// Encoded bytes that many hold and nobody changes.
using shared_bytes = std::shared_ptr<const std::string>;

/// An event of a thread, decided by its leader. `bytes` is the encoded `weft.Event`; the other
/// fields repeat what `apply` needs of it, so that it is parsed once and only when read back.
struct event_record {
  thread_id thread;
  sequence seq;
  weft::ordinal ordinal;
  time_ms time;
  user_id from;
  device_id device;
  op_id op;
  std::uint64_t payload_hash = 0;
  shared_bytes bytes;
  /// The members, in the thread's first event only: applying it creates the thread.
  std::vector<state::Member> opening;
};

/// Either an event or one of the smaller records of state.proto.
using record = std::variant<event_record, state::Record>;

/// A record at its place in a shard's log.
struct log_entry {
  shard_id shard;
  log_index index;
  weft::epoch epoch;
  storage::record what;
};

/// Log entries as the writer, the applier and the touch relay share them.
using entries_ptr = std::shared_ptr<const std::vector<log_entry>>;

} // namespace weft::storage
