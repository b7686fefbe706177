// A ledger that writes and applies for real, when the test says so.
#pragma once

#include "actors/ledger.hpp"
#include "storage/apply.hpp"
#include "storage/writer.hpp"

#include <deque>
#include <limits>
#include <unordered_map>
#include <vector>

namespace weft::testing {

/// Keeps what is appended until the test commits or loses it. For the thread of the test only.
class test_ledger final : public actors::ledger {
public:
  explicit test_ledger(storage::store& where) : store_(where), writer_(where), applier_(where) {}

  void append(shard_id shard, const actors::appender_actor& owner,
              std::vector<storage::record> records) override;
  shard_id shard_of(slot where) const override;

  /// Records that were appended and neither committed nor lost.
  std::size_t waiting() const { return waiting_.size(); }
  const storage::record& waiting_record(std::size_t at) const { return waiting_.at(at).what; }
  /// Calls of `append` so far.
  std::size_t appends() const { return appends_; }

  static constexpr auto all = std::numeric_limits<std::size_t>::max();

  /// Writes the oldest records to the log, applies them and tells their owners.
  void commit(std::size_t count = all);
  /// Gives every waiting record up and tells its owner why.
  void lose(const error& why);
  /// Writes and applies a record that nobody waits for.
  void put(slot where, storage::record what);

private:
  struct waiting_record_of {
    shard_id shard;
    actors::appender_actor owner;
    storage::record what;
  };

  void write(shard_id shard, storage::record what);

  storage::store& store_;
  storage::writer writer_;
  storage::applier applier_;
  std::deque<waiting_record_of> waiting_;
  std::unordered_map<shard_id, log_index> ends_;
  std::size_t appends_ = 0;
};

} // namespace weft::testing
