// The world of one actor test: a real store and real pools, a ledger that waits for the test, and
// actors that run when the test says so.
#pragma once

#include "actors/domain.hpp"
#include "actors/interfaces.hpp"
#include "tests/actors/pumped_system.hpp"
#include "tests/actors/recorders.hpp"
#include "tests/actors/test_ledger.hpp"
#include "tests/actors/values.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace weft::testing {

/// The product's limits, with passwords that cost little.
actors::limits cheap_limits();

/// Operation ids of the present, rising with their numbers.
op_id op(std::uint32_t n);

/// Everything that the actors of a node are given, and a clock that moves when it is told to.
class world {
public:
  /// `queue_max`: jobs that may wait in each lane of the two pools, which have one thread each.
  explicit world(const actors::limits& bounds = cheap_limits(), std::size_t queue_max = 1'000);
  /// Ends every actor that is still there.
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// Runs actors and pools until none of them has anything to do. Held pools stay as they are.
  void settle();
  /// Moves the actors' clock on, then settles.
  void advance(std::chrono::milliseconds by);

  /// Keeps the thread of a pool busy until `release`, so that nothing it is asked for comes.
  void hold(actors::blocking_pool& pool);
  /// Takes up what is left of one lane of a held pool, or of both.
  void fill(actors::blocking_pool& pool, actors::pool_lane lane);
  void fill(actors::blocking_pool& pool);
  void release();

  /// Lets the pools finish what they have; the actors do not hear of it yet.
  void finish_pools();

  /// The read service's answers to the reads that the router was asked for. They go out through the
  /// router; the number of reads is given.
  std::size_t serve_reads();

  /// Makes an account, with a password that verifies nothing.
  void add_account(user_id user, const std::string& name);

  const storage::store& store() const { return *store_; }
  caf::actor_system& system() { return system_.get(); }
  /// Takes an actor that ends with the world at the latest; the flag turns true when it has ended.
  std::shared_ptr<const bool> watch(const caf::actor& who);

private:
  temporary_directory directory_;
  std::unique_ptr<storage::store> store_;

public:
  test_ledger ledger;
  recording_router router;
  actors::blocking_pool reads;
  actors::blocking_pool hashing;
  const actors::domain env;

private:
  void wait_until_idle(actors::blocking_pool& pool);

  pumped_system system_;
  std::vector<caf::actor> watched_;
  /// The pools that are held, each with what lets it go on.
  std::vector<std::pair<actors::blocking_pool*, std::shared_ptr<std::promise<void>>>> held_;
};

} // namespace weft::testing
