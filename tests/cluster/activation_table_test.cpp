#include "cluster/activation_table.hpp"
#include "tests/cluster/await.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <thread>

namespace weft::cluster {
namespace {

constexpr std::size_t keys = 8;
constexpr std::size_t senders = 4;
constexpr std::uint32_t messages_of_sender = 20'000;

} // namespace

struct probe {
  std::size_t sender = 0;
  std::uint32_t number = 0;
};

} // namespace weft::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::cluster::probe)

namespace weft::cluster {
namespace {

using probe_actor = caf::typed_actor<caf::reacts_to<probe>>;
using probe_table = activation_table<std::uint64_t, probe_actor>;

/// What the actors of all keys saw. One key's row is touched by its one live actor.
struct observations {
  struct row {
    std::atomic<int> live{0};
    std::array<std::atomic<std::uint32_t>, senders> last{};
  };
  std::array<row, keys> of_key;
  std::atomic<std::uint64_t> seen{0};
  std::atomic<std::uint64_t> activations{0};
  std::atomic<std::uint64_t> faults{0};
};

struct probe_state {
  observations* all = nullptr;
  observations::row* mine = nullptr;
  std::shared_ptr<actors::activation> entry;
  std::uint64_t seen = 0;

  /// Returns true when the actor has left.
  bool handle(const probe& what) {
    if (mine->live != 1 || mine->last[what.sender] + 1 != what.number)
      ++all->faults;
    mine->last[what.sender] = what.number;
    ++seen;
    ++all->seen;
    // Leaves whenever it can: the table must not let it while more is coming.
    --mine->live;
    if (entry->retire(seen))
      return true;
    ++mine->live;
    return false;
  }
};

probe_actor::behavior_type probe_keeper(probe_actor::stateful_pointer<probe_state> self,
                                        observations* all, std::uint64_t key,
                                        std::shared_ptr<actors::activation> entry) {
  auto& state = self->state;
  state.all = all;
  state.mine = &all->of_key[key];
  state.entry = std::move(entry);
  if (++state.mine->live != 1)
    ++all->faults;
  ++all->activations;
  return {[self](const probe& what) {
    if (self->state.handle(what))
      self->quit();
  }};
}

/// Actors that stay until they are told to leave.
probe_actor::behavior_type idler(probe_actor::stateful_pointer<probe_state> self,
                                 std::shared_ptr<actors::activation> entry) {
  self->state.entry = std::move(entry);
  return {[self](const probe& what) {
    if (what.number == 1)
      self->quit(caf::exit_reason::unhandled_exception);
    if (what.number == 2)
      self->state.entry->abandon();
  }};
}

} // namespace

TEST_CASE("no message is lost, doubled or reordered while actors come and go under fire") {
  observations all;
  caf::actor_system_config config;
  caf::actor_system system{config};
  probe_table table(1'000, [&](std::uint64_t key, std::shared_ptr<actors::activation> entry) {
    return system.spawn(probe_keeper, &all, key, std::move(entry));
  });
  std::vector<std::thread> threads;
  for (std::size_t sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      std::array<std::uint32_t, keys> next{};
      for (std::uint32_t i = 0; i < messages_of_sender; ++i) {
        const auto key = (i * 7 + sender) % keys;
        if (table.send(std::uint64_t{key}, probe{sender, ++next[key]}) != sent::yes)
          ++all.faults;
        // Lets actors run dry, so that leaving and sending meet.
        if (i % 64 == 0)
          std::this_thread::yield();
      }
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(testing::await([&] { return all.seen == senders * messages_of_sender; }));
  CHECK(all.faults == 0);
  CHECK(all.activations > keys);
  CHECK(testing::await([&] { return table.alive() == 0; }));
  CHECK(table.active() == 0);
}

TEST_CASE("an activation table activates no more than its bound") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  probe_table table(2, [&](std::uint64_t, std::shared_ptr<actors::activation> entry) {
    return system.spawn(idler, std::move(entry));
  });
  CHECK(table.send(std::uint64_t{1}, probe{}) == sent::yes);
  CHECK(table.send(std::uint64_t{2}, probe{}) == sent::yes);
  CHECK(table.send(std::uint64_t{3}, probe{}) == sent::too_many);
  CHECK(table.send(std::uint64_t{2}, probe{}) == sent::yes);
  CHECK(table.active() == 2);
  // Whoever abandons makes room, though it lives on.
  CHECK(table.send(std::uint64_t{1}, probe{0, 2}) == sent::yes);
  CHECK(testing::await([&] { return table.active() == 1; }));
  CHECK(table.send(std::uint64_t{3}, probe{}) == sent::yes);
  table.close();
}

TEST_CASE("an actor that dies by itself leaves the table, and the next message activates another") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::atomic<int> activations{0};
  probe_table table(10, [&](std::uint64_t, std::shared_ptr<actors::activation> entry) {
    ++activations;
    return system.spawn(idler, std::move(entry));
  });
  table.send(std::uint64_t{1}, probe{0, 1});
  CHECK(testing::await([&] { return table.alive() == 0; }));
  CHECK(table.active() == 0);
  CHECK(table.send(std::uint64_t{1}, probe{}) == sent::yes);
  CHECK(activations == 2);
  table.close();
}

TEST_CASE("a closed activation table ends its actors and activates none") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  probe_table table(10, [&](std::uint64_t, std::shared_ptr<actors::activation> entry) {
    return system.spawn(idler, std::move(entry));
  });
  table.send(std::uint64_t{1}, probe{});
  table.send(std::uint64_t{2}, probe{});
  table.close();
  CHECK(table.active() == 0);
  CHECK(table.send(std::uint64_t{1}, probe{}) == sent::closed);
  CHECK(testing::await([&] { return table.alive() == 0; }));
}

} // namespace weft::cluster
