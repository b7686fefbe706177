#include "bin/weftctl/status_text.hpp"

#include "bin/options/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace weft::ctl {
namespace {

bin::json_value to_json(const weft::Status::Node& node) {
  return {{"number", node.number()},
          {"name", node.name()},
          {"store_id", node.store_id()},
          {"address", node.address()},
          {"version", node.version()},
          {"uptime_ms", node.uptime_ms()},
          {"connections", node.connections()},
          {"sessions", node.sessions()},
          {"threads_active", node.threads_active()},
          {"requests_in_flight_bytes", node.requests_in_flight_bytes()},
          {"appended", node.appended()},
          {"state", node.state()}};
}

bin::json_value to_json(const weft::Status::Shard& shard) {
  return {{"number", shard.number()},
          {"epoch", shard.epoch()},
          {"leader", shard.leader()},
          {"in_sync", std::vector<std::uint32_t>(shard.in_sync().begin(), shard.in_sync().end())},
          {"last_index", shard.last_index()},
          {"committed_index", shard.committed_index()}};
}

/// "3d 4h", "2h 5m", "12m", "8s": what a person wants to know.
std::string duration_text(std::uint64_t ms) {
  const auto seconds = ms / 1'000;
  std::array<char, 64> out{};
  const auto print = [&out](const char* format, std::uint64_t a, std::uint64_t b) {
    std::snprintf(out.data(), out.size(), format, static_cast<unsigned long long>(a),
                  static_cast<unsigned long long>(b));
  };
  if (seconds >= 86'400)
    print("%llud %lluh", seconds / 86'400, seconds / 3'600 % 24);
  else if (seconds >= 3'600)
    print("%lluh %llum", seconds / 3'600, seconds / 60 % 60);
  else if (seconds >= 60)
    print("%llum %llus", seconds / 60, seconds % 60);
  else
    return std::to_string(seconds) + "s";
  return out.data();
}

std::string shards_text(const weft::Status& status) {
  std::map<std::uint32_t, int> led;
  std::uint64_t behind = 0;
  for (const auto& shard : status.shards()) {
    ++led[shard.leader()];
    behind += shard.last_index() - std::min(shard.last_index(), shard.committed_index());
  }
  std::string out = std::to_string(status.shards_size()) + " shards, " +
                    std::to_string(status.under_replicated()) + " under-replicated, " +
                    std::to_string(behind) + " entries not committed yet\n";
  for (const auto& [leader, shards] : led)
    out += (leader == 0 ? "without a leader: " : "led by node " + std::to_string(leader) + ": ") +
           std::to_string(shards) + "\n";
  return out;
}

} // namespace

bin::json_value to_json(const weft::Status& status) {
  auto nodes = bin::json_value::array();
  for (const auto& node : status.nodes())
    nodes.push_back(to_json(node));
  auto shards = bin::json_value::array();
  for (const auto& shard : status.shards())
    shards.push_back(to_json(shard));
  return {{"nodes", std::move(nodes)},
          {"shards", std::move(shards)},
          {"under_replicated", status.under_replicated()}};
}

std::string to_text(const weft::Status& status) {
  using align = bin::table::align;
  bin::table nodes({{"NODE", align::right},
                    {"NAME"},
                    {"STATE"},
                    {"ADDRESS"},
                    {"VERSION"},
                    {"UP", align::right},
                    {"CONNECTIONS", align::right},
                    {"SESSIONS", align::right},
                    {"THREADS", align::right},
                    {"APPENDED", align::right}});
  for (const auto& node : status.nodes())
    nodes.add({std::to_string(node.number()), node.name(), node.state(), node.address(),
               node.version(), duration_text(node.uptime_ms()), std::to_string(node.connections()),
               std::to_string(node.sessions()), std::to_string(node.threads_active()),
               std::to_string(node.appended())});
  return nodes.text() + "\n" + shards_text(status);
}

} // namespace weft::ctl
