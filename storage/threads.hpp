// Typed reads of threads: heads, events, and the operations already done in them.
#pragma once

#include "storage/ids.hpp"
#include "storage/record.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <vector>

namespace weft::storage {

/// One stored event: its place and its encoded `weft.Event`.
struct stored_event {
  sequence seq;
  std::string bytes;
};

/// Which events of a thread to read: above `after`, below `before`, each of them excluded. The page
/// begins at `after` when that is set, else it ends at `before`, else it is the newest one.
struct event_range {
  /// The oldest events above this one, if set.
  std::optional<sequence> after = std::nullopt;
  /// The newest events below this one, if set alone; given back in ascending order all the same.
  std::optional<sequence> before = std::nullopt;
  std::size_t limit = 50;
  /// The page ends early rather than exceed this; it holds at least one event if there is one.
  std::size_t bytes_max = 512u << 10;
};

/// What became of an operation.
struct done_operation {
  op_id op;
  sequence seq;
  std::uint64_t payload_hash = 0;
};

/// Reads applied, hence committed, state of threads. Blocking: call from the read pool only.
class thread_reader {
public:
  explicit thread_reader(const store& where) : store_(where) {}

  /// The head; nothing when the thread has no events.
  result<std::optional<state::ThreadHead>> head(const thread_id& thread) const;

  /// Who blocks the other side, and since which version of his contacts: known before the thread
  /// has events too.
  result<std::vector<std::pair<user_id, contacts_version>>>
  blocks_of(const thread_id& thread) const;

  /// Events of the range that are committed (at or below the head's last).
  result<std::vector<stored_event>> events(const thread_id& thread, const event_range& range) const;

  /// The ordinal at a sequence number, for unread counts; the head's at or beyond its last.
  result<ordinal> ordinal_at(const thread_id& thread, sequence seq) const;

  /// The newest operation of a device in a thread: every later id is certainly new.
  result<std::optional<done_operation>> newest_operation(const thread_id& thread,
                                                         const device_id& device) const;

  /// One operation of a device in a thread, if it was done within the window.
  result<std::optional<done_operation>> operation(const thread_id& thread, const device_id& device,
                                                  const op_id& op) const;

private:
  const store& store_;
};

} // namespace weft::storage
