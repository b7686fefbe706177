// Port: what heartbeats are answered with.
#pragma once

#include "actors/presence.hpp"

namespace weft::actors {

/// What has changed for one user since a version.
struct presence_changes {
  /// What to ask with next time.
  std::uint64_t version = 0;
  std::vector<user_presence> users;
};

/// The presence of the contacts of all users who are signed in on this node. Implemented by
/// cluster. Safe for use by several threads; never blocks on the disk, and costs one comparison
/// when nothing on the node has changed: heartbeats are answered on the I/O threads.
class presence_view {
public:
  virtual ~presence_view() = default;

  /// What changed among the contacts of `viewer` since the version that the last answer gave; with
  /// 0 everything that is known. A bounded number of users: what is left follows with the version
  /// of this answer. Versions are worth nothing on another node or after a restart.
  virtual presence_changes changes_for(user_id viewer, std::uint64_t since) const = 0;
};

} // namespace weft::actors
