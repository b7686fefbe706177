// Answers for the presence of the users whose shards are led here.
#pragma once

#include "actors/domain.hpp"
#include "cluster/presence/last_seen_book.hpp"
#include "cluster/presence/presence_board.hpp"
#include "cluster/presence/presence_reader.hpp"
#include "cluster/registry.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace weft::cluster {

/// Keeps one `presence_board` for each shard and answers on the read pool, in its ordinary lane:
/// when that is full, questions of nodes are dropped and look-ups refused, so that presence is what
/// overload takes first. Safe for use by several threads.
class presence_desk final : presence_source {
public:
  /// Changed users of one shard that are remembered between two questions; when there are more, all
  /// of the shard's are read again.
  static constexpr std::size_t changed_max = 1'024;
  /// Users in one record of the log.
  static constexpr std::size_t users_of_record_max = 1'000;

  /// The references outlive the desk; its jobs on the pool end before it goes.
  presence_desk(const actors::domain& env, registry& known, last_seen_book& seen,
                std::uint32_t shard_count);

  /// Answers a node through `told`, on a thread of the pool. A question that the pool has no room
  /// for is dropped: the node asks again by itself.
  void ask(presence_question what, std::function<void(presence_answer)> told);
  /// Answers a session.
  void look_up(actors::look_up_presence what);

  /// Entries that are committed and applied: what they change is read again. On the host's thread:
  /// does nothing but take notes.
  void on_committed(const std::vector<storage::log_entry>& entries);

  /// Appends when users were last seen, as far as that is not written yet.
  void write_last_seen();
  /// The same, with everybody who is online: the node stops.
  void write_everybody_seen();

private:
  struct shard_part {
    explicit shard_part(presence_board what) : board(std::move(what)) {}

    std::mutex changed_mutex;
    std::vector<user_id> changed;
    bool has_changed_more = false;
    std::mutex board_mutex;
    presence_board board;
  };

  standing standing_of(user_id user) const override;
  std::optional<presence_facts> facts_of(user_id user) const override;
  std::optional<std::vector<user_id>> contacts_of(user_id user) const override;

  presence_answer answer(const presence_question& what);
  void take_notes(shard_part& of);
  void note_changed(shard_id which, user_id user);
  void serve(const actors::look_up_presence& what) const;

  const actors::domain& env_;
  registry& registry_;
  last_seen_book& seen_;
  presence_reader reader_;
  std::chrono::steady_clock::time_point opened_;
  std::vector<std::unique_ptr<shard_part>> shards_;
};

} // namespace weft::cluster
