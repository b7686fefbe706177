// What has changed in the presence of one shard's users.
#pragma once

#include "cluster/presence/presence_messages.hpp"

#include <chrono>
#include <optional>
#include <unordered_map>

namespace weft::cluster {

/// What the store says of a user.
struct presence_facts {
  visibility_ptr shown_to;
  time_ms last_seen;
};

/// Where a board gets what it does not know itself.
class presence_source {
public:
  virtual ~presence_source() = default;

  /// As the registry has it at this moment.
  struct standing {
    actors::presence_state state = actors::presence_state::unknown;
    /// When he was seen, if that may not be in the store yet; else 0.
    time_ms last_seen{};
  };
  virtual standing standing_of(user_id user) const = 0;

  /// From the store, blocking; nothing when it cannot be read now.
  virtual std::optional<presence_facts> facts_of(user_id user) const = 0;
  virtual std::optional<std::vector<user_id>> contacts_of(user_id user) const = 0;
};

/// Sizes of a board.
struct presence_board_limits {
  /// Users that are watched: 256 shards of them are more than a node's sessions can watch.
  std::size_t users_max = 16u << 10;
  /// Users whose profile and contacts one answer may read: some milliseconds of the disk.
  std::size_t reads_of_answer_max = 256;
  /// Users that nobody has asked for since then are forgotten.
  std::chrono::milliseconds forget_after{60'000};
};

/// Answers what changed since a version, for the leader of a shard. A user's row gets a new version
/// when the board, asked for him, finds him different: between two questions nothing is done, so
/// that 20,000 users who come back at once cost a look each, at the next question. Plain class; not
/// safe for use by several threads.
class presence_board {
public:
  /// `generation` tells this board from others of the same shard, earlier ones included.
  presence_board(std::uint64_t generation, const presence_board_limits& limits)
      : generation_(generation), limits_(limits) {}

  /// The profile, the contacts or the account of a user have changed in the store.
  void note_changed(user_id user);
  /// Some have, it is not known whose.
  void note_all_changed();

  /// `now` never goes back.
  presence_answer answer(const presence_question& what, const presence_source& from,
                         std::chrono::milliseconds now);

  std::size_t size() const { return targets_.size() + viewers_.size(); }

private:
  struct target {
    presence_entry entry;
    /// The latest that is known, also while he is online.
    time_ms seen;
    std::uint64_t version = 0;
    std::chrono::milliseconds asked{};
    bool is_stale = true;
  };
  /// His list is read when it is told: to keep it here too would double what the nodes hold.
  struct viewer {
    std::uint64_t version = 0;
    std::chrono::milliseconds asked{};
    bool is_stale = true;
  };

  /// The user's row, as it is now; null when that cannot be known yet.
  target* look_at(user_id user, const presence_source& from);
  void read_facts(target& row, const presence_source& from);
  void tell_list(user_id user, std::uint64_t since, const presence_source& from,
                 presence_answer& out);
  template <class Rows>
  typename Rows::mapped_type* row_of(Rows& rows, user_id user);
  void forget_old();

  std::uint64_t generation_;
  presence_board_limits limits_;
  std::uint64_t version_ = 0;
  std::unordered_map<user_id, target> targets_;
  std::unordered_map<user_id, viewer> viewers_;
  std::chrono::milliseconds now_{};
  std::chrono::milliseconds forgot_{};
  std::size_t reads_left_ = 0;
};

} // namespace weft::cluster
