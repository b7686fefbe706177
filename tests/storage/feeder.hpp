// Feeds records to an open store, each at the next place of its shard.
#pragma once

#include "tests/storage/fixture.hpp"

#include <vector>

namespace weft::testing {

using namespace weft::storage;

inline conversation between(user_id a, user_id b, const store& where) {
  conversation out;
  out.thread = thread_id::direct(a, b);
  out.lower = out.thread.lower_user();
  out.upper = out.thread.upper_user();
  out.shard = shard_of(slot_of(out.thread), where.shard_count());
  out.device.bytes = make_uuid_v4();
  return out;
}

/// Appends and applies records and events, each at the next place of its shard.
class feeder {
public:
  explicit feeder(open_store& into) : into_(into), ends_(into.where->shard_count()) {}

  void put(shard_id shard, state::Record record) {
    auto entry = make_entry(shard, next(shard), std::move(record));
    REQUIRE(into_.append_and_apply({std::move(entry)}));
  }
  void put(const conversation& in, const event_record& event) {
    log_entry entry;
    entry.shard = in.shard;
    entry.index = next(in.shard);
    entry.epoch = epoch{1};
    entry.what = event;
    REQUIRE(into_.append_and_apply({std::move(entry)}));
  }

private:
  log_index next(shard_id shard) { return ends_[shard.value] = ends_[shard.value].next(); }

  open_store& into_;
  std::vector<log_index> ends_;
};

inline shard_id shard_of_user(user_id user, const store& where) {
  return shard_of(slot_of(user), where.shard_count());
}

inline state::InboxChanged::Row inbox_row(const thread_id& thread, std::uint64_t time,
                                          std::uint64_t version) {
  state::InboxChanged::Row out;
  out.mutable_row()->set_thread(to_bytes(thread));
  out.mutable_row()->set_last_time_ms(time);
  out.mutable_row()->set_version(version);
  return out;
}

} // namespace weft::testing
