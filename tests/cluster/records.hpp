// Records and entries that the tests of cluster append.
#pragma once

#include "storage/proto/event.pb.h"
#include "storage/record.hpp"
#include "storage/shard_log.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft::testing {

/// The event `seq` of a direct thread, as its leader would decide it. The first one names the
/// members, u1 and u2 by their ids.
inline storage::event_record make_event(const thread_id& thread, std::uint64_t seq,
                                        const std::string& body = "hello") {
  storage::event_record out;
  out.thread = thread;
  out.seq = sequence{seq};
  out.ordinal = ordinal{seq};
  out.time = time_ms{1'700'000'000'000 + seq};
  out.from = thread.lower_user();
  weft::Event event;
  event.set_seq(seq);
  event.set_ordinal(seq);
  event.set_time_ms(out.time.value);
  event.set_from(out.from.value);
  event.mutable_message()->set_body(body);
  out.bytes = std::make_shared<const std::string>(event.SerializeAsString());
  if (seq == 1) {
    for (auto user : {thread.lower_user(), thread.upper_user()}) {
      state::Member member;
      member.set_user(user.value);
      member.set_name("u" + to_text(user));
      out.opening.push_back(member);
      if (thread.lower_user() == thread.upper_user())
        break;
    }
  }
  return out;
}

/// What `make_event` was given.
inline std::string body_of(const storage::log_entry& entry) {
  weft::Event event;
  event.ParseFromString(*std::get<storage::event_record>(entry.what).bytes);
  return event.message().body();
}

/// Records as the ledger takes them.
inline std::vector<storage::record> records_of(storage::record what) {
  std::vector<storage::record> out;
  out.push_back(std::move(what));
  return out;
}

inline storage::record touches_relayed(std::uint64_t upto) {
  state::Record out;
  out.mutable_touches_relayed()->set_upto(upto);
  return out;
}

/// A record of a user's shard that changes nothing a test looks at.
inline storage::record inbox_changed(std::uint64_t user, std::uint64_t version) {
  state::Record out;
  out.mutable_inbox_changed()->set_user(user);
  out.mutable_inbox_changed()->set_version(version);
  return out;
}

/// Positions of the shards of a store that was just founded.
inline std::vector<storage::shard_position> new_positions(std::uint32_t shards) {
  std::vector<storage::shard_position> out;
  for (std::uint32_t i = 0; i < shards; ++i)
    out.push_back({shard_id{i}, epoch{}, log_index{1}, log_index{}, log_index{}, log_index{}});
  return out;
}

} // namespace weft::testing
