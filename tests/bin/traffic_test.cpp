#include "bin/weft_bench/traffic_client.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace weft;
using namespace weft::bench;
using namespace std::chrono_literals;

namespace {

struct noted_port : port {
  std::uint64_t send(const op_id& op, std::string_view body) override {
    if (!takes)
      return 0;
    ops.push_back(op);
    bodies.emplace_back(body);
    return ops.size();
  }
  op_id next_op() override {
    op_id out;
    out.bytes[0] = ++made;
    return out;
  }
  void tell_delivered(std::uint64_t seq) override { told.push_back(seq); }

  bool takes = true;
  std::uint8_t made = 0;
  std::vector<op_id> ops;
  std::vector<std::string> bodies;
  std::vector<std::uint64_t> told;
};

traffic_settings closed_loop(std::size_t window) {
  traffic_settings out;
  out.clients = 2;
  out.window = window;
  return out;
}

traffic_settings open_loop(double rate, std::size_t clients) {
  traffic_settings out;
  out.clients = clients;
  out.window = 1'000;
  out.rate = rate;
  return out;
}

const clock::time_point start{1h};

} // namespace

TEST_CASE("a closed loop keeps its window full and no fuller") {
  traffic shared(closed_loop(4));
  noted_port way;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  client.send_due(start);
  CHECK(way.bodies.size() == 4);
  client.on_ack(1, 1);
  client.on_ack(2, 2);
  client.on_turn();
  CHECK(way.bodies.size() == 6);
  CHECK(client.outstanding() == 4);
  // An answer to nothing changes nothing.
  client.on_ack(77, 3);
  CHECK(client.outstanding() == 4);
}

TEST_CASE("bodies have the size that was asked for and are text") {
  traffic shared(closed_loop(1));
  noted_port way;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  client.send_due(start);
  REQUIRE(way.bodies.size() == 1);
  CHECK(way.bodies[0].size() == 60);
  for (const char c : way.bodies[0])
    CHECK((c >= '0' && c <= 'z'));
}

TEST_CASE("an open loop sends what is due, also what was due while the server did not answer") {
  traffic shared(open_loop(100, 2));
  noted_port way;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  client.send_due(start + 1s);
  // One client of two: half of a hundred a second, the first perhaps at the very start.
  CHECK(way.bodies.size() >= 50);
  CHECK(way.bodies.size() <= 51);
}

TEST_CASE("a latency counts from when the message was due, not from when it was sent") {
  traffic shared(open_loop(1'000, 2));
  noted_port way;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  shared.measure(start);
  // Nothing could be sent for ten seconds.
  client.send_due(start + 10s);
  shared.drain(start + 20s);
  const auto now = start + 11s;
  shared.count_ack(shared.started(), now);
  CHECK(shared.ack_latency().at(1.0) >= 11'000'000'000);
  shared.count_delivery(way.bodies.front(), now);
  CHECK(shared.delivery_latency().at(1.0) >= 10'900'000'000);
}

TEST_CASE("what was due before the end is sent after it in an open loop, and not in a closed one") {
  traffic open(open_loop(100, 2));
  noted_port way;
  traffic_client late(open, 0, way);
  open.begin(start);
  open.measure(start);
  open.drain(start + 1s);
  CHECK(late.outstanding() > 0);
  late.send_due(start + 5s);
  CHECK(way.bodies.size() >= 50);
  CHECK(way.bodies.size() <= 51);

  traffic closed(closed_loop(8));
  noted_port quiet;
  traffic_client ended(closed, 0, quiet);
  closed.begin(start);
  closed.measure(start);
  closed.drain(start + 1s);
  ended.send_due(start + 5s);
  CHECK(quiet.bodies.empty());
  CHECK(ended.outstanding() == 0);
}

TEST_CASE("only acknowledgements while measuring count as messages") {
  traffic shared(closed_loop(1));
  shared.begin(start);
  shared.count_ack(start, start + 1ms);
  CHECK(shared.messages() == 0);
  shared.measure(start + 1s);
  shared.count_ack(start + 2s, start + 3s);
  shared.drain(start + 4s);
  shared.count_ack(start + 2s, start + 5s);
  CHECK(shared.messages() == 1);
  CHECK(shared.ack_latency().count() == 2);
  CHECK(shared.measured() == 3s);
}

TEST_CASE("a refused message is sent again under its id, when its time has come") {
  traffic shared(closed_loop(1));
  noted_port way;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  client.send_due(start);
  client.on_refused(1, start + 1s);
  CHECK(shared.refused == 1);
  client.send_due(start + 2s);
  REQUIRE(way.ops.size() == 2);
  CHECK(way.ops[0] == way.ops[1]);
  CHECK(way.bodies[0] == way.bodies[1]);
}

TEST_CASE("a port that takes nothing is asked again later") {
  traffic shared(closed_loop(2));
  noted_port way;
  way.takes = false;
  traffic_client client(shared, 0, way);
  shared.begin(start);
  client.send_due(start);
  CHECK(client.outstanding() == 0);
  way.takes = true;
  client.send_due(start);
  CHECK(client.outstanding() == 2);
}

TEST_CASE("deliveries are reported once per turn, up to the first hole") {
  traffic shared(closed_loop(1));
  noted_port way;
  traffic_client client(shared, 0, way);
  for (const std::uint64_t seq : {1, 2, 4})
    client.on_deliver(seq, "x");
  client.on_turn();
  client.on_turn();
  client.on_deliver(3, "x");
  client.on_turn();
  CHECK(way.told == std::vector<std::uint64_t>{2, 4});
}

TEST_CASE("a schedule gives every client its turn in each round, evenly in time") {
  const schedule times(10, 1'000, 7);
  std::set<std::uint32_t> round;
  for (std::uint64_t k = 0; k < 10; ++k)
    round.insert(times.client_of(k));
  CHECK(round.size() == 10);
  CHECK(times.due(1'000) == 1s);
  for (std::uint64_t k = 0; k < 100; ++k)
    CHECK(times.due_of(times.client_of(k), k / 10) == times.due(k));
}

TEST_CASE("a seed gives the same order again, another seed another") {
  const schedule first(100, 1, 1);
  const schedule again(100, 1, 1);
  const schedule other(100, 1, 2);
  bool differs = false;
  for (std::uint64_t k = 0; k < 100; ++k) {
    CHECK(first.client_of(k) == again.client_of(k));
    differs |= first.client_of(k) != other.client_of(k);
  }
  CHECK(differs);
}
