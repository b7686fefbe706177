// Ten thousand connections that never sign in.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <poll.h>
#include <sys/resource.h>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Files that the test itself needs.
constexpr std::size_t own_files = 200;

/// Raises the limit of open files as far as it goes, for this test and what it starts.
std::size_t open_files_max() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return static_cast<std::size_t>(files.rlim_cur);
}

/// Strangers from several addresses: some say nothing, some half a frame, some hello.
class crowd {
public:
  crowd(const weftd_process& node, std::size_t size) {
    weft::ClientFrame hello;
    hello.set_request_id(1);
    hello.mutable_hello()->set_version_min(1);
    hello.mutable_hello()->set_version_max(1);
    const auto frame = frame_of(hello.SerializeAsString());
    lines_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      lines_.emplace_back(node, wire_origin{"127.0.0." + std::to_string(1 + i % 20), 0});
      lines_.back().write_some(std::string_view(frame).substr(0, i % 3 * frame.size() / 2));
    }
  }

  /// How many the node has closed by now.
  std::size_t count_closed() {
    std::vector<pollfd> waited;
    for (const auto& line : lines_)
      waited.push_back({line.descriptor(), POLLRDHUP, 0});
    ::poll(waited.data(), waited.size(), 0);
    return static_cast<std::size_t>(std::count_if(
        waited.begin(), waited.end(), [](const auto& each) { return each.revents != 0; }));
  }

private:
  std::vector<wire_connection> lines_;
};

} // namespace

TEST_CASE("ten thousand connections that never sign in go, and nobody notices") {
  const auto size = std::min<std::size_t>(10'000, open_files_max() - own_files);
  ann_and_bob others({"--sign-in-within-ms", "4000"});
  const auto chat = [&] {
    REQUIRE(others.ann.send(others.thread, "do you hear me?").has_ack());
    REQUIRE(others.bob.await_events(others.thread, 1).size() == 1);
  };
  chat();
  const auto before = others.node.resident_bytes();
  std::size_t highest = before;
  crowd strangers(others.node, size);
  chat();
  highest = std::max(highest, others.node.resident_bytes());
  // Among them somebody new comes in.
  device late(others.node, "late");
  CHECK(late.register_account().user_id() != 0);

  const auto deadline = steady_clock::now() + 2 * patience;
  while (strangers.count_closed() < size) {
    chat();
    highest = std::max(highest, others.node.resident_bytes());
    REQUIRE(steady_clock::now() < deadline);
  }
  chat();
  std::printf("crowd: %zu connections, %.1f KiB each at most\n", size,
              static_cast<double>(highest - before) / 1024 / static_cast<double>(size));
  const std::size_t each = is_sanitized() ? 32u << 10 : 8u << 10;
  CHECK(highest < before + size * each);
}

} // namespace weft::testing
