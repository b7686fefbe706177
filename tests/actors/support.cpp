#include "tests/actors/support.hpp"

#include "actors/actor_support.hpp"
#include "actors/read_service.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

namespace weft::testing {

namespace {

std::unique_ptr<storage::store> open_store(const std::filesystem::path& directory) {
  storage::store_options options;
  options.directory = directory / "store";
  options.block_cache_bytes = 8u << 20;
  auto opened = storage::store::open(options);
  if (!opened)
    throw std::runtime_error(to_string(opened.failure()));
  return std::move(*opened);
}

} // namespace

actors::limits cheap_limits() {
  actors::limits out;
  out.password_memory_kib = 8;
  out.password_passes = 1;
  return out;
}

op_id op(std::uint32_t n) {
  static const time_ms now = actors::wall_clock();
  return op_at(now, n);
}

world::world(const actors::limits& bounds, std::size_t queue_max)
    : store_(open_store(directory_.path())), ledger(*store_), reads(1, queue_max),
      hashing(1, queue_max), env{*store_, router, ledger, reads, hashing, bounds} {}

world::~world() {
  release();
  settle();
  for (const auto& actor : std::exchange(watched_, {}))
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  settle();
}

void world::settle() {
  for (;;) {
    system_.scheduler().run_ready();
    finish_pools();
    // What the pools have sent is ready by now; what it makes actors do may ask the pools again.
    if (system_.scheduler().run_ready() == 0)
      return;
  }
}

void world::finish_pools() {
  wait_until_idle(reads);
  wait_until_idle(hashing);
}

void world::wait_until_idle(actors::blocking_pool& pool) {
  for (const auto& [held, go_on] : held_)
    if (held == &pool)
      return;
  // One thread serves the jobs, ordinary ones last: when this one runs, those before it are done
  // and released, the preferred ones too.
  auto reached = std::make_shared<std::promise<void>>();
  auto idle = reached->get_future();
  const auto until = std::chrono::steady_clock::now() + time_limit;
  while (!pool.submit([reached] { reached->set_value(); })) {
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::yield();
  }
  REQUIRE(idle.wait_for(time_limit) == std::future_status::ready);
}

void world::advance(std::chrono::milliseconds by) {
  settle();
  system_.advance(by);
  settle();
}

void world::hold(actors::blocking_pool& pool) {
  auto entered = std::make_shared<std::promise<void>>();
  auto go_on = std::make_shared<std::promise<void>>();
  auto is_held = entered->get_future();
  REQUIRE(pool.submit([entered, go_on, released = go_on->get_future().share()] {
    entered->set_value();
    released.wait_for(2 * time_limit);
  }));
  REQUIRE(is_held.wait_for(time_limit) == std::future_status::ready);
  held_.emplace_back(&pool, std::move(go_on));
}

void world::fill(actors::blocking_pool& pool, actors::pool_lane lane) {
  while (pool.submit([] {}, lane)) {
  }
}

void world::fill(actors::blocking_pool& pool) {
  fill(pool, actors::pool_lane::preferred);
  fill(pool, actors::pool_lane::ordinary);
}

void world::release() {
  for (const auto& [pool, go_on] : std::exchange(held_, {}))
    go_on->set_value();
}

std::size_t world::serve_reads() {
  const auto asked = router.take_reads();
  for (const auto& request : asked)
    actors::read_service(env).serve(request);
  return asked.size();
}

std::shared_ptr<const bool> world::watch(const caf::actor& who) {
  auto ended = std::make_shared<bool>(false);
  who->attach_functor([ended] { *ended = true; });
  watched_.push_back(who);
  return ended;
}

void world::add_account(user_id user, const std::string& name) {
  state::Record record;
  auto& account = *record.mutable_account_registered();
  account.set_user(user.value);
  account.mutable_account()->set_name(name);
  ledger.put(slot_of(user), std::move(record));
}

} // namespace weft::testing
