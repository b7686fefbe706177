// What a node knows of the users whom its own users watch.
#pragma once

#include "actors/presence_view.hpp"
#include "cluster/presence/presence_messages.hpp"

#include <atomic>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

namespace weft::cluster {

/// Sizes of a presence cache.
struct presence_cache_limits {
  /// Contacts of one user that are watched.
  std::size_t users_of_viewer_max = 1'000;
  /// Users that one heartbeat is told of; the rest follow.
  std::size_t users_of_answer_max = 200;
  /// Users that the node watches in all, some 200 bytes each.
  std::size_t targets_max = 1u << 20;
  /// Users in one question whom the node has not heard of yet: what a board reads at a time.
  std::size_t new_ones_of_question_max = 256;
};

/// Watchers and the watched of one node. A user with a session here is a viewer; his contacts, as
/// his shard tells them, are targets for as long as he has one. Every change of a target or of a
/// list gets a version of its own, so that a heartbeat that is told of some of them goes on exactly
/// there. Safe for use by several threads.
class presence_cache final : public actors::presence_view {
public:
  presence_cache(actors::node_no self, std::uint32_t shard_count,
                 const presence_cache_limits& limits);

  // -- sessions ---------------------------------------------------------------------------------

  /// A session of this user begins or ends on this node. As often the one as the other.
  void join(user_id viewer);
  void leave(user_id viewer);

  // -- heartbeats -------------------------------------------------------------------------------

  actors::presence_changes changes_for(user_id viewer, std::uint64_t since) const override;

  // -- questions to the shards ------------------------------------------------------------------

  /// A question for each shard that has anything to be asked for.
  std::vector<presence_question> questions(question_scope scope) const;
  /// Takes an answer. One that comes late is mended by the next.
  void apply(const presence_answer& what);

  std::size_t viewers() const;
  std::size_t targets() const;

private:
  struct target_row {
    presence_entry entry;
    std::uint64_t version = 0;
    std::uint32_t watched_by = 0;
  };
  /// A target in a list, since the version at which it came into it.
  struct watched {
    target_row* whom = nullptr;
    std::uint64_t since = 0;
  };
  struct viewer_row {
    std::uint32_t sessions = 0;
    std::vector<watched> list;
  };
  struct shard_part {
    std::uint64_t generation = 0;
    std::uint64_t since = 0;
    std::unordered_map<user_id, target_row> targets;
    std::unordered_map<user_id, viewer_row> viewers;
    /// Those of whom nothing has been heard.
    std::unordered_set<user_id> new_targets;
    std::unordered_set<user_id> new_viewers;
  };

  shard_part& home_of(user_id user) { return shards_[index_of(user)]; }
  std::size_t index_of(user_id user) const;
  std::uint64_t next_version();
  void take_entry(const presence_entry& entry);
  void take_list(const watch_list& list);
  void release(target_row& whom);
  presence_question question_for(std::uint32_t index, question_scope scope) const;

  actors::node_no self_;
  presence_cache_limits limits_;
  mutable std::shared_mutex mutex_;
  std::vector<shard_part> shards_;
  std::size_t target_count_ = 0;
  /// Written with the lock held.
  std::atomic<std::uint64_t> version_{0};
};

} // namespace weft::cluster
