// Events of a small chat, as a leader would decide them: what the tests of the log append.
#pragma once

#include "storage/apply.hpp"
#include "storage/record.hpp"
#include "storage/shard_log.hpp"
#include "storage/threads.hpp"
#include "storage/writer.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

namespace weft::testing {

using entries = std::vector<storage::log_entry>;

/// A conversation as its leader knows it.
struct conversation {
  thread_id thread;
  shard_id shard;
  user_id lower;
  user_id upper;
  device_id device;
  sequence last;
  time_ms last_time{1'700'000'000'000};
};

/// An event record of `seq` with the given body. The first event of a thread carries its members.
storage::event_record make_event(const conversation& in, sequence seq, time_ms time,
                                 const std::string& body);

/// A record of the state as an entry.
storage::log_entry make_entry(shard_id shard, log_index index, state::Record record);

/// Decides events for a number of conversations spread over the shards of a store.
class chat_load {
public:
  chat_load(std::size_t conversations, std::uint32_t shard_count, std::uint64_t seed);

  /// So many entries, each the next of its shard and of its thread.
  entries next(std::size_t count);

  /// Goes on from what a store that was opened again holds.
  result<void> resume(storage::store& where);

  const std::vector<conversation>& conversations() const { return conversations_; }

private:
  std::mt19937_64 random_;
  std::vector<conversation> conversations_;
  std::vector<log_index> ends_;
};

/// The load of a process that is killed: its batches can be decided again by who looks for them.
inline constexpr std::size_t crash_conversations = 12;
inline std::size_t crash_batch(std::size_t number) {
  return number % 7 + 1;
}

/// Applies what the log holds above the applied index, as a node does when it starts. Gives the
/// number of entries.
result<std::size_t> replay(storage::store& where);

/// Submits a batch and waits for the answer.
result<void> submit_and_wait(storage::writer& to, storage::append_batch batch);

/// The same for entries alone.
result<void> append(storage::writer& to, entries what);

/// Appends, then applies.
result<void> append_and_apply(storage::writer& to, storage::applier& state, const entries& what);

} // namespace weft::testing
