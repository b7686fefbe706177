// Disks that are full or read-only: sends are refused while reads go on.
#include "tests/integration/ann_and_bob.hpp"
#include "tests/integration/small_disk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace weft::testing {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t mib = 1u << 20;

/// True, and said, when this machine lets nobody mount.
bool must_skip(const small_disk& disk) {
  if (!disk.is_mounted())
    std::printf("skipped: mounting a small file system needs root\n");
  return !disk.is_mounted();
}

/// Sends until an answer is as wanted; false when that never comes.
template <class IsWanted>
bool send_until(device& from, const thread_id& thread, const std::string& body,
                std::uint64_t& written, IsWanted is_wanted) {
  const auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline) {
    const auto answer = from.send(thread, body);
    if (answer.has_ack())
      written = answer.ack().seq();
    if (is_wanted(answer))
      return true;
    // sleep: free space is looked up once a second; a busy loop would only fill the disk.
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return false;
}

} // namespace

TEST_CASE("full disk: sends are refused, reads go on, and after space is freed sends go on") {
  small_disk disk(256 * mib);
  if (must_skip(disk))
    return;
  weftd_process node({disk.path() / "data", {"--free-space-min-mib", "96"}});
  device ann(node, "ann");
  device bob(node, "bob");
  ann.register_account();
  bob.register_account();
  const auto thread = thread_of(ann, bob);
  std::uint64_t written = 0;
  const auto is_ack = [](const auto& answer) { return answer.has_ack(); };
  REQUIRE(send_until(ann, thread, "before", written, is_ack));
  for (int round = 0; round < 2; ++round) {
    disk.fill_up_to(64 * mib);
    REQUIRE(send_until(ann, thread, std::string(1'000, 'x'), written, [](const auto& answer) {
      return answer.has_error() && answer.error().code() == weft::READ_ONLY;
    }));
    const auto refused = ann.send(thread, "no room").error();
    CHECK(refused.code() == weft::READ_ONLY);
    CHECK(refused.outcome() == weft::NOTHING_WRITTEN);
    CHECK(whole_history(bob, thread).size() == written);
    device stranger(node, "ann");
    stranger.connect();
    CHECK(stranger
              .ask([] {
                weft::ClientFrame frame;
                frame.mutable_status();
                return frame;
              }())
              .status()
              .nodes(0)
              .state() == "read_only");
    bob.leave();
    CHECK(bob.resume({{thread, written - 1}}).user_id() == bob.user().value);
    CHECK(bob.await_events(thread, 1).front().seq() == written);

    disk.empty();
    REQUIRE(send_until(ann, thread, "after", written, is_ack));
    CHECK(bob.await_events(thread, 1).front().message().body() == "after");
  }
  CHECK(node.stop() == exit_state{});
  node.start();
  ann.resume();
  CHECK(whole_history(ann, thread).size() == written);
}

TEST_CASE("full disk: a node that runs out of space at once loses nothing acknowledged") {
  // Room for less than the node wants to keep free: the writes themselves fail.
  small_disk disk(48 * mib);
  if (must_skip(disk))
    return;
  weftd_process node({disk.path() / "data", {"--free-space-min-mib", "1"}});
  device ann(node, "ann");
  device bob(node, "bob");
  ann.register_account();
  bob.register_account();
  const auto thread = thread_of(ann, bob);
  std::uint64_t written = ann.send(thread, "before").ack().seq();
  disk.fill_up_to(0);
  std::optional<weft::Error> refused;
  for (int i = 0; i < 2'000 && !refused; ++i) {
    const auto answer = ann.send(thread, std::string(60'000, 'x'));
    if (answer.has_ack())
      written = answer.ack().seq();
    else
      refused = answer.error();
  }
  REQUIRE(refused);
  CHECK(bob.ask(history_request(thread, {}, {}, 1)).history().last_seq() >= written);
  // However it ended: with space again, everything acknowledged is there.
  node.kill();
  disk.empty();
  node.start();
  ann.resume();
  const auto kept = whole_history(ann, thread).size();
  CHECK(kept >= written);
  CHECK(ann.send(thread, "after").has_ack());
}

TEST_CASE("full disk: a store that cannot be founded for want of space is refused") {
  small_disk disk(64 * mib);
  if (must_skip(disk))
    return;
  disk.fill_up_to(0);
  const auto run = run_weftd({"--data", (disk.path() / "data").string(), "--listen", "127.0.0.1:0",
                              "--http", "127.0.0.1:0", "--log-level", "error"});
  CAPTURE(run.errors);
  CHECK(run.end == exit_state{1, 0});
  CHECK(std::count(run.errors.begin(), run.errors.end(), '\n') == 1);
  CHECK(run.errors.find(disk.path().string()) != std::string::npos);
  // With space the same directory serves.
  disk.empty();
  weftd_process node({disk.path() / "data", {"--free-space-min-mib", "1"}});
  CHECK(node.stop() == exit_state{});
}

TEST_CASE("read-only disk: a store on it is refused with one line") {
  small_disk disk(64 * mib);
  if (must_skip(disk))
    return;
  { weftd_process node({disk.path() / "data", {"--free-space-min-mib", "1"}}); }
  REQUIRE(disk.make_read_only());
  for (const auto* name : {"data", "another"}) {
    const auto run = run_weftd({"--data", (disk.path() / name).string(), "--listen", "127.0.0.1:0",
                                "--http", "127.0.0.1:0", "--log-level", "error"});
    CAPTURE(run.errors);
    CHECK(run.end == exit_state{1, 0});
    CHECK(run.output.empty());
    CHECK(std::count(run.errors.begin(), run.errors.end(), '\n') == 1);
    CHECK(run.errors.find((disk.path() / name).string()) != std::string::npos);
  }
}

} // namespace weft::testing
