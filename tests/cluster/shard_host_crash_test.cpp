// A process that is killed while it appends: what it reported as committed is there afterwards.
#include "storage/threads.hpp"
#include "tests/cluster/host_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace weft::testing {
namespace {

constexpr std::uint64_t owners = 8;
constexpr std::uint64_t commits_before_kill = 400;

thread_id thread_of(std::uint64_t owner) {
  return thread_id::direct(user_id{owner * 2 + 1}, user_id{owner * 2 + 2});
}

storage::store_options options_in(const std::filesystem::path& directory) {
  storage::store_options out;
  out.directory = directory / "store";
  return out;
}

/// What the child tells: this owner's event `seq` is committed.
struct report {
  std::uint64_t owner = 0;
  std::uint64_t seq = 0;
};

/// Appends without end and reports what is committed; killed from outside.
[[noreturn]] void run_child(const std::filesystem::path& directory, int reports) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  host_fixture node(system, options_in(directory));
  if (!node.open())
    _exit(1);
  std::vector<test_owner> all;
  for (std::uint64_t i = 0; i < owners; ++i)
    all.push_back(node.spawn_owner());
  std::vector<std::uint64_t> appended(owners);
  std::vector<std::uint64_t> reported(owners);
  for (;;) {
    for (std::uint64_t i = 0; i < owners; ++i) {
      while (appended[i] < reported[i] + 20)
        node.append(all[i], thread_of(i), ++appended[i]);
      const auto committed = all[i].heard->total();
      for (; reported[i] < committed; ++reported[i]) {
        const report next{i, reported[i] + 1};
        if (::write(reports, &next, sizeof next) != sizeof next)
          _exit(1);
      }
    }
  }
}

/// Runs a child and kills it after some commits. Gives what it had reported of each owner.
std::vector<std::uint64_t> run_and_kill(const std::filesystem::path& directory) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    run_child(directory, ends[1]);
  }
  ::close(ends[1]);
  std::vector<std::uint64_t> acknowledged(owners);
  report next;
  std::uint64_t count = 0;
  while (::read(ends[0], &next, sizeof next) == sizeof next) {
    acknowledged[next.owner] = next.seq;
    if (++count == commits_before_kill)
      ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  return acknowledged;
}

} // namespace

TEST_CASE("what was reported as committed survives kill -9, and the log goes on without a hole") {
  temporary_directory directory;
  const auto acknowledged = run_and_kill(directory.path());
  caf::actor_system_config config;
  caf::actor_system system{config};
  host_fixture node(system, options_in(directory.path()));
  REQUIRE(node.open());
  for (std::uint64_t i = 0; i < owners; ++i) {
    CAPTURE(i);
    const auto thread = thread_of(i);
    const auto head = storage::thread_reader(*node.store).head(thread);
    REQUIRE(head);
    REQUIRE(head->has_value());
    const auto last = (*head)->last_seq();
    CHECK(last >= acknowledged[i]);

    const auto owner = node.spawn_owner();
    node.append(owner, thread, last + 1);
    REQUIRE(await([&] { return owner.heard->total() == 1; }));
    const auto entries = node.log->read(node.shard_of(thread), log_index{1}, 100'000);
    REQUIRE(entries);
    std::uint64_t seen = 0;
    for (const auto& entry : *entries) {
      const auto* event = std::get_if<storage::event_record>(&entry.what);
      if (event != nullptr && event->thread == thread)
        REQUIRE(event->seq.value == ++seen);
    }
    CHECK(seen == last + 1);
  }
  // Killed in epoch 1.
  CHECK((*node.coordinator->map())[shard_id{0}].epoch == epoch{2});
}

} // namespace weft::testing
