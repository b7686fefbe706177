// Clients that write or read too slowly: they are dealt with, and nobody else notices.
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t mib = 1u << 20;

/// What a node may take more than before; sanitizers take a multiple.
std::size_t allowed(std::size_t bytes) {
  return is_sanitized() ? 4 * bytes : bytes;
}

/// Writes a frame byte by byte until the node closes; false when it never does.
bool drip(wire_connection& line, const std::string& bytes, ann_and_bob& others) {
  const auto deadline = steady_clock::now() + patience;
  for (const char byte : bytes) {
    if (!line.write({&byte, 1}))
      return true;
    if (line.read_frame(milliseconds{200}); line.is_closed())
      return true;
    REQUIRE(others.ann.send(others.thread, "meanwhile").has_ack());
    if (steady_clock::now() > deadline)
      return false;
  }
  return line.await_closed();
}

} // namespace

TEST_CASE("who writes a byte now and then is closed when its frame is due") {
  ann_and_bob others({"--frame-within-ms", "1000"});
  device eve(others.node, "eve");
  eve.register_account();
  weft::ClientFrame frame;
  frame.set_request_id(100);
  frame.mutable_send()->set_thread(to_bytes(thread_of(eve, others.ann)));
  frame.mutable_send()->set_op_id(std::string{eve.make_op_id().view()});
  frame.mutable_send()->set_body(std::string(1'000, 'x'));
  CHECK(drip(eve.line(), frame_of(frame.SerializeAsString()), others));
  eve.resume();
  CHECK(eve.ask(history_request(thread_of(eve, others.ann), {}, {}, 1)).error().code() ==
        weft::NOT_FOUND);
}

TEST_CASE("who takes too long to sign in is closed, however busy it looks") {
  ann_and_bob others({"--sign-in-within-ms", "1000"});
  wire_connection dripping(others.node);
  CHECK(drip(dripping, std::string("\x00\x00\x0f\x00", 4) + std::string(3'840, '\x08'), others));

  wire_connection chatty(others.node);
  chatty.greet();
  weft::ClientFrame locate;
  locate.set_request_id(1);
  locate.mutable_locate();
  const auto deadline = steady_clock::now() + patience;
  std::optional<weft::ServerFrame> last;
  while (!chatty.is_closed()) {
    REQUIRE(steady_clock::now() < deadline);
    chatty.write_frame(locate);
    if (auto frame = chatty.read_frame(milliseconds{50}))
      last = std::move(frame);
  }
  REQUIRE(last);
  CHECK(last->closing().code() == weft::TIMEOUT);
}

TEST_CASE_FIXTURE(ann_and_bob, "readers that never read cost a bounded memory and nobody's time") {
  constexpr std::size_t readers = 16;
  constexpr std::size_t messages = 400;
  std::vector<std::unique_ptr<device>> silent;
  for (std::size_t i = 0; i < readers; ++i) {
    silent.push_back(std::make_unique<device>(node, "bob", wire_origin{{}, 4096}));
    silent.back()->log_in();
  }
  device carol(node, "carol");
  carol.register_account();
  const auto quiet_thread = thread_of(carol, ann);
  // The store's own buffers fill before it is measured.
  const std::string body(60'000, 'x');
  for (std::size_t i = 0; i < messages; ++i)
    REQUIRE(carol.send(quiet_thread, body).has_ack());
  const auto before = node.resident_bytes();
  for (std::size_t i = 0; i < messages; ++i) {
    REQUIRE(ann.send(thread, body).has_ack());
    REQUIRE(bob.await_events(thread, 1).front().seq() == i + 1);
  }
  // Unbounded, the queues of the silent ones alone would hold 16 times 24 MB.
  CHECK(node.resident_bytes() < before + allowed(128 * mib));

  // One of them wakes up, learns that it lags, and gets the rest by history.
  auto& late = *silent.front();
  late.await_push([](const auto& frame) { return frame.has_lagging(); });
  CHECK(whole_history(late, thread).size() == messages);
  REQUIRE(ann.send(thread, "welcome back").has_ack());
  CHECK(late.await_push([](const auto& frame) {
              return frame.has_deliver() &&
                     frame.deliver().events().rbegin()->message().body() == "welcome back";
            })
            .has_deliver());
}

TEST_CASE_FIXTURE(ann_and_bob, "who asks for pages and never reads them is held back") {
  const std::string body(60'000, 'x');
  for (int i = 0; i < 20; ++i)
    REQUIRE(ann.send(thread, body).has_ack());
  const auto before = node.resident_bytes();
  constexpr std::size_t greedy_count = 16;
  std::vector<std::unique_ptr<device>> greedy;
  std::size_t asked = 0;
  for (std::size_t i = 0; i < greedy_count; ++i) {
    greedy.push_back(std::make_unique<device>(node, "bob", wire_origin{{}, 4096}));
    auto& one = *greedy.back();
    one.log_in();
    // As many as the node takes, but for an end: each page has half a megabyte.
    for (std::uint64_t request = 1; request <= 2'000; ++request) {
      auto frame = history_request(thread, 0, {}, 200);
      frame.set_request_id(1'000 + request);
      const auto bytes = frame_of(frame.SerializeAsString());
      if (one.line().write_some(bytes) < bytes.size())
        break;
      ++asked;
    }
  }
  CHECK(asked > greedy_count * 128);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(ann.send(thread, "meanwhile").has_ack());
    bob.await_events(thread, 1);
  }
  CHECK(node.resident_bytes() < before + allowed(256 * mib));
  // Who begins to read gets every page it asked for.
  auto& one = *greedy.front();
  for (std::uint64_t request = 1; request <= 200; ++request)
    CHECK(one.reply_to(1'000 + request).has_history());
}

} // namespace weft::testing
