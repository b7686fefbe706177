// Typed reads of inboxes: a user's threads, newest first, and what changed since a version.
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <vector>

namespace weft::storage {

/// Where the next page of an inbox begins: below this activity time, and thread within it.
struct inbox_position {
  time_ms time;
  thread_id thread;
};

/// Reads applied state of inboxes. Blocking: call from the read pool only.
class inbox_reader {
public:
  explicit inbox_reader(const store& where) : store_(where) {}

  /// The version of the user's inbox; 0 when nothing ever happened.
  result<inbox_version> version(user_id user) const;
  result<std::optional<state::InboxRow>> row(user_id user, const thread_id& thread) const;

  /// Rows newest first, from the top or strictly below `below`.
  result<std::vector<state::InboxRow>>
  newest(user_id user, const std::optional<inbox_position>& below, std::size_t limit) const;

  /// Rows that changed after a version, in the order of their versions.
  result<std::vector<state::InboxRow>> changed_since(user_id user, inbox_version since,
                                                     std::size_t limit) const;

private:
  const store& store_;
};

} // namespace weft::storage
