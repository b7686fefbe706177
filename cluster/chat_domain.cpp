#include "cluster/chat_domain.hpp"

#include "actors/spawn.hpp"
#include "cluster/end_actors.hpp"

#include <spdlog/spdlog.h>

#include <thread>

namespace weft::cluster {
namespace {

/// Later than that of every earlier process on this node, as clocks go.
node_incarnation make_incarnation() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return node_incarnation{static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count())};
}

const error node_stops{errc::unavailable, "this node is stopping", outcome::nothing_written, 1'000};

presence_cache_limits cache_limits_of(const actors::limits& from) {
  presence_cache_limits out;
  out.users_of_viewer_max = from.presence_users_max;
  out.users_of_answer_max = from.presence_users_of_ack_max;
  return out;
}

} // namespace

chat_domain::chat_domain(caf::actor_system& system, const chat_domain_options& options,
                         node_no self, const storage::store& store, const shard_board& board,
                         shard_host_actor host)
    : system_(system), registry_(seen_),
      presence_(self, board.shard_count(), cache_limits_of(options.limits)),
      sessions_(self, make_incarnation(), registry_, presence_),
      threads_(options.active_threads_max,
               [this](const thread_id& thread, std::shared_ptr<actors::activation> entry) {
                 return actors::spawn_thread(system_, env_, thread, std::move(entry));
               }),
      users_(options.active_users_max,
             [this](user_id user, std::shared_ptr<actors::activation> entry) {
               return actors::spawn_user(system_, env_, user, std::move(entry));
             }),
      accounts_(board.shard_count(),
                [this](shard_id shard, std::shared_ptr<actors::activation> entry) {
                  return actors::spawn_accounts(system_, env_, shard, std::move(entry));
                }),
      ledger_(std::move(host), board.shard_count()), env_{store,  router_,  ledger_,
                                                          reads_, hashing_, options.limits},
      service_(env_), gate_(reads_, service_), desk_(env_, registry_, seen_, board.shard_count()),
      router_({self, board, registry_, sessions_, threads_, users_, accounts_, gate_, desk_}),
      reads_(options.read_threads, options.reads_waiting_max),
      hashing_(options.hashing_threads, options.hashes_waiting_max) {}

void chat_domain::end(std::chrono::milliseconds limit) {
  threads_.close();
  users_.close();
  accounts_.close();
  if (!wait_for_actors(limit))
    spdlog::error("actors of the domain do not end");
  // Only now, so that what was answered last still finds its session.
  sessions_.end_all(node_stops);
  if (!sessions_.wait_until_empty(limit)) {
    spdlog::warn("{} sessions did not end by themselves", sessions_.size());
    end_actors(system_, sessions_.take_all(), limit);
  }
}

bool chat_domain::wait_for_actors(std::chrono::milliseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (threads_.alive() + users_.alive() + accounts_.alive() > 0) {
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

} // namespace weft::cluster
