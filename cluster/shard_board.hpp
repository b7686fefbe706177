// Where the node's shards stand, for everyone to see.
#pragma once

#include "cluster/replication/types.hpp"

#include <atomic>
#include <memory>

namespace weft::cluster {

/// Whether this node's disk takes writes.
enum class write_state : std::uint8_t {
  taken,
  /// The last write was refused: the disk is full. Trying goes on.
  refused,
  /// A write or sync failed: nothing is written until the node is restarted.
  failed,
};

/// Published by the shard host after each round, read by the router, the touch relay and status
/// from any thread. The numbers of one shard are read one by one: each is right, together they may
/// be of two rounds.
class shard_board {
public:
  explicit shard_board(std::uint32_t shard_count)
      : shards_(std::make_unique<facts[]>(shard_count)), shard_count_(shard_count) {}

  std::uint32_t shard_count() const { return shard_count_; }

  // -- the shard host ---------------------------------------------------------------------------

  void publish(shard_id which, replication::role role, log_index last, log_index committed) {
    auto& at = shards_[which.value];
    at.last.store(last.value, std::memory_order_relaxed);
    at.committed.store(committed.value, std::memory_order_release);
    at.role.store(role, std::memory_order_release);
  }
  void count_appended(std::uint64_t records) {
    appended_.fetch_add(records, std::memory_order_relaxed);
  }
  void publish(write_state writes) { writes_.store(writes, std::memory_order_release); }

  // -- everyone ---------------------------------------------------------------------------------

  replication::role role_of(shard_id which) const {
    return shards_[which.value].role.load(std::memory_order_acquire);
  }
  /// True while actors of the domain may work on the shard: it is led here, and everything that
  /// was in its log at the election is applied.
  bool serves(shard_id which) const { return role_of(which) == replication::role::serving; }
  bool serves_all() const {
    for (std::uint32_t i = 0; i < shard_count_; ++i) {
      if (!serves(shard_id{i}))
        return false;
    }
    return true;
  }
  log_index last(shard_id which) const {
    return log_index{shards_[which.value].last.load(std::memory_order_relaxed)};
  }
  /// Everything up to here is committed and applied.
  log_index committed(shard_id which) const {
    return log_index{shards_[which.value].committed.load(std::memory_order_acquire)};
  }
  /// Records committed since the node was started.
  std::uint64_t appended() const { return appended_.load(std::memory_order_relaxed); }
  write_state writes() const { return writes_.load(std::memory_order_acquire); }

private:
  struct facts {
    std::atomic<replication::role> role{replication::role::following};
    std::atomic<std::uint64_t> last{0};
    std::atomic<std::uint64_t> committed{0};
  };

  std::unique_ptr<facts[]> shards_;
  std::uint32_t shard_count_;
  std::atomic<std::uint64_t> appended_{0};
  std::atomic<write_state> writes_{write_state::taken};
};

} // namespace weft::cluster
