// A shard host on a real store, and actors that append through it.
#pragma once

#include "cluster/local_coordinator.hpp"
#include "cluster/recovery.hpp"
#include "cluster/shard_host.hpp"
#include "cluster/shard_ledger.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/records.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <mutex>

namespace weft::testing {

/// What one appending actor heard, in order.
class outcomes {
public:
  void note_committed(std::uint64_t count) {
    std::lock_guard lock(mutex_);
    committed_.push_back(count);
  }
  void note_lost(const error& why) {
    std::lock_guard lock(mutex_);
    lost_.push_back(why);
  }

  /// One number for each `committed` message.
  std::vector<std::uint64_t> committed() const {
    std::lock_guard lock(mutex_);
    return committed_;
  }
  std::uint64_t total() const {
    std::uint64_t out = 0;
    for (auto count : committed())
      out += count;
    return out;
  }
  std::vector<error> lost() const {
    std::lock_guard lock(mutex_);
    return lost_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> committed_;
  std::vector<error> lost_;
};

/// Records what it hears, and ends when it is told `lost`, as every appender does.
inline actors::appender_actor::behavior_type appender(actors::appender_actor::pointer self,
                                                      std::shared_ptr<outcomes> heard,
                                                      std::function<void()> on_committed) {
  return {
      [heard, on_committed](actors::atom::committed, std::uint64_t count) {
        if (on_committed)
          on_committed();
        heard->note_committed(count);
      },
      [self, heard](actors::atom::lost, const error& why) {
        heard->note_lost(why);
        self->quit();
      },
  };
}

/// An appending actor and what it heard.
struct test_owner {
  actors::appender_actor handle;
  std::shared_ptr<outcomes> heard = std::make_shared<outcomes>();
};

/// One life of a shard host: opened on a directory, ended with the object.
class host_fixture {
public:
  host_fixture(caf::actor_system& system, const storage::store_options& options,
               const cluster::replica_set_limits& limits = {})
      : system_(system) {
    auto opened = storage::store::open(options);
    REQUIRE_MESSAGE(opened, to_string(opened ? error{} : opened.failure()));
    store = *std::move(opened);
    log.emplace(*store);
    applier.emplace(*store);
    auto found = log->positions();
    REQUIRE(found);
    positions = *found;
    REQUIRE(cluster::replay_logs(*log, *applier, positions));
    board.emplace(store->shard_count());
    writer = std::make_unique<storage::writer>(*store);
    coordinator.emplace(cluster::node_no{1}, positions, *writer);
    host = cluster::spawn_shard_host(system, {cluster::node_no{1}, positions, *coordinator, *writer,
                                              *applier, *board,
                                              [this](const storage::entries_ptr& entries) {
                                                if (on_entries)
                                                  on_entries(entries);
                                              },
                                              limits, std::chrono::milliseconds(5)});
    ledger.emplace(host, store->shard_count());
  }

  ~host_fixture() {
    for (const auto& each : owners_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiting{system_};
    waiting->wait_for(host);
    // The writer tells the coordinator, which goes before it in the order of members.
    writer.reset();
  }

  /// Leads every shard; gives what prevents it.
  result<void> open() {
    auto opened = std::make_shared<std::promise<result<void>>>();
    auto outcome = opened->get_future();
    caf::anon_send(host, cluster::open_request{opened});
    REQUIRE(outcome.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    return outcome.get();
  }

  test_owner spawn_owner(std::function<void()> on_committed = {}) {
    test_owner out;
    out.handle = system_.spawn(appender, out.heard, std::move(on_committed));
    owners_.push_back(out.handle);
    return out;
  }

  shard_id shard_of(const thread_id& thread) const { return ledger->shard_of(slot_of(thread)); }

  /// Appends the event `seq` of a thread to its shard.
  void append(const test_owner& owner, const thread_id& thread, std::uint64_t seq) {
    ledger->append(shard_of(thread), owner.handle, records_of(make_event(thread, seq)));
  }

  std::unique_ptr<storage::store> store;
  std::optional<storage::shard_log> log;
  std::optional<storage::applier> applier;
  std::vector<storage::shard_position> positions;
  std::optional<cluster::shard_board> board;
  std::optional<cluster::local_coordinator> coordinator;
  std::unique_ptr<storage::writer> writer;
  cluster::shard_host_actor host;
  std::optional<cluster::shard_ledger> ledger;
  /// Called with committed entries on the host's thread. Set before `open`.
  std::function<void(const storage::entries_ptr&)> on_entries;

private:
  caf::actor_system& system_;
  std::vector<actors::appender_actor> owners_;
};

} // namespace weft::testing
