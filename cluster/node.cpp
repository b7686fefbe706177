#include "cluster/node.hpp"

#include "cluster/end_actors.hpp"
#include "cluster/local_coordinator.hpp"
#include "cluster/presence/presence_poller.hpp"
#include "cluster/recovery.hpp"
#include "cluster/shard_host.hpp"
#include "cluster/touches/touch_relay.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>

namespace weft::cluster {
namespace {

/// Alone, a node is number one.
constexpr node_no self{1};

using clock = std::chrono::steady_clock;

std::chrono::milliseconds since(clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begin);
}

} // namespace

std::string_view to_string(node_state state) {
  switch (state) {
  case node_state::serving:
    return "serving";
  case node_state::read_only:
    return "read_only";
  case node_state::stopping:
    return "stopping";
  }
  return "unknown";
}

/// The parts in the order of their making; they go in the opposite one.
struct node::impl {
  impl(caf::actor_system& of, node_options given, std::unique_ptr<storage::store> opened)
      : system(of), options(std::move(given)), store(std::move(opened)), log(*store),
        applier(*store), board(store->shard_count()) {}
  ~impl() { stop(); }

  result<void> start();
  result<void> lead();
  void on_committed(const storage::entries_ptr& entries);
  void stop();
  void drain();
  void end_host();
  node_state state() const;

  caf::actor_system& system;
  node_options options;
  clock::time_point started = clock::now();
  std::atomic<bool> stopping{false};

  std::unique_ptr<storage::store> store;
  storage::shard_log log;
  storage::applier applier;
  shard_board board;
  std::optional<local_coordinator> coordinator;
  /// Finishes what it was given while whoever is told is still there.
  std::unique_ptr<storage::writer> writer;
  committed_feed feed;
  shard_host_actor host;
  std::unique_ptr<chat_domain> chat;
  touch_relay_actor relay;
  presence_poller_actor poller;
};

result<void> node::impl::start() {
  auto positions = log.positions();
  if (!positions)
    return positions.failure();
  const auto replayed = replay_logs(log, applier, *positions);
  if (!replayed)
    return replayed.failure();
  writer = std::make_unique<storage::writer>(*store);
  coordinator.emplace(self, *positions, *writer);
  host = spawn_shard_host(system,
                          {self, *positions, *coordinator, *writer, applier, board,
                           [this](const storage::entries_ptr& entries) { on_committed(entries); },
                           options.appends});
  chat = std::make_unique<chat_domain>(system, options.domain, self, *store, board, host);
  relay = spawn_touch_relay(system, {chat->env(), log, board, feed, *positions, {}});
  feed.connect(relay);
  chat->router().connect(relay);
  poller = spawn_presence_poller(
      system, {chat->presence(), chat->desk(), chat->router(), options.domain.limits});
  chat->router().connect(poller);
  if (auto led = lead(); !led)
    return led;
  caf::anon_send(relay, caf::tick_atom_v);
  caf::anon_send(poller, caf::tick_atom_v);
  spdlog::info("{} opened {} shards in {} ms, {} entries replayed", options.name,
               store->shard_count(), since(started).count(), *replayed);
  return {};
}

result<void> node::impl::lead() {
  auto opened = std::make_shared<std::promise<result<void>>>();
  auto outcome = opened->get_future();
  caf::anon_send(host, open_request{std::move(opened)});
  if (outcome.wait_for(options.open_within) != std::future_status::ready)
    return error{errc::timeout, "cannot lead the shards of this node in time"};
  auto led = outcome.get();
  if (led || led.failure().code != errc::read_only)
    return led;
  spdlog::warn("{} serves reads only: {}", options.name, to_string(led.failure()));
  return {};
}

/// On the host's thread, which does nothing before there is a chat domain.
void node::impl::on_committed(const storage::entries_ptr& entries) {
  feed.offer(entries);
  chat->desk().on_committed(*entries);
}

void node::impl::stop() {
  if (stopping.exchange(true) || !host)
    return;
  if (chat) {
    chat->router().close();
    chat->desk().write_everybody_seen();
  }
  drain();
  if (chat)
    chat->end(options.stop_step_within);
  if (relay && !end_actors(system, std::vector{relay}, options.stop_step_within))
    spdlog::error("the touch relay does not end");
  if (poller && !end_actors(system, std::vector{poller}, options.stop_step_within))
    spdlog::error("the presence poller does not end");
  end_host();
  if (const auto flushed = store->flush(); !flushed)
    spdlog::error("the next start has to replay the log: {}", to_string(flushed.failure()));
}

void node::impl::drain() {
  auto drained = std::make_shared<std::promise<void>>();
  auto done = drained->get_future();
  const error why{errc::unavailable, "this node is stopping", outcome::nothing_written, 1'000};
  caf::anon_send(host, drain_request{why, std::move(drained)});
  if (done.wait_for(options.stop_step_within) != std::future_status::ready)
    spdlog::error("appends are still pending after {} ms", options.stop_step_within.count());
}

void node::impl::end_host() {
  // It may be blocked on the disk and works on what goes after it: waited for as long as it takes,
  // as a process that is killed loses nothing either.
  while (!end_actors(system, std::vector{host}, options.stop_step_within))
    spdlog::error("the disk keeps this node from stopping");
  host = nullptr;
}

node_state node::impl::state() const {
  if (stopping)
    return node_state::stopping;
  const bool writes =
      board.writes() != write_state::failed && board.serves_all() && !store->is_full();
  return writes ? node_state::serving : node_state::read_only;
}

// -- the node -----------------------------------------------------------------------------------

result<std::unique_ptr<node>> node::open(caf::actor_system& system, node_options options) {
  auto store = storage::store::open(options.store);
  if (!store)
    return store.failure();
  std::unique_ptr<node> out{
      new node(std::make_unique<impl>(system, std::move(options), *std::move(store)))};
  if (auto started = out->impl_->start(); !started)
    return started.failure();
  return out;
}

node::node(std::unique_ptr<impl> parts) : impl_(std::move(parts)) {}
node::~node() = default;

const actors::domain& node::domain() const {
  return impl_->chat->env();
}
actors::sessions& node::sessions() {
  return impl_->chat->sessions();
}
const actors::presence_view& node::presence() const {
  return impl_->chat->presence();
}
void node::stop() {
  impl_->stop();
}

node_status node::status() const {
  const auto& my = *impl_;
  node_status out;
  out.number = self;
  out.name = my.options.name;
  out.store = my.store->id();
  out.state = my.state();
  out.uptime = since(my.started);
  out.sessions = my.chat->sessions_live();
  out.threads_active = my.chat->threads_active();
  out.users_active = my.chat->users_active();
  out.appended = my.board.appended();
  const auto map = my.coordinator->map();
  for (std::uint32_t i = 0; i < map->shard_count(); ++i) {
    const shard_id shard{i};
    const auto& assignment = (*map)[shard];
    out.shards.push_back({shard, assignment, my.board.last(shard), my.board.committed(shard)});
    if (assignment.in_sync.size() < assignment.replicas.size())
      ++out.under_replicated;
  }
  return out;
}

} // namespace weft::cluster
