// weftctl status
#include "bin/options/json.hpp"
#include "bin/options/table.hpp"
#include "bin/weftctl/commands.hpp"
#include "bin/weftctl/status_text.hpp"
#include "net/client/client.hpp"

#include <cstdio>

namespace weft::ctl {
namespace {

/// How long the question may take.
constexpr std::chrono::seconds patience{10};

result<void> status(const context& shared) {
  const auto servers = shared.server_list();
  if (!servers)
    return servers.failure();
  net::client::client connection({*servers, patience});
  if (auto connected = connection.connect(); !connected)
    return connected;
  const auto found = connection.status();
  if (!found)
    return found.failure();
  const auto text = shared.json ? bin::to_line(to_json(*found)) + '\n' : to_text(*found);
  std::fputs(text.c_str(), stdout);
  return {};
}

} // namespace

void add_status(CLI::App& app, context& shared) {
  auto* command =
      app.add_subcommand("status", "Show the nodes, the shards, and what lacks replicas.");
  command->footer("A node answers programs of its own machine only: run weftctl where weftd runs.\n"
                  "Examples:\n"
                  "  weftctl status\n"
                  "  weftctl status --json | jq '.nodes[].state'");
  command->callback([&shared] { shared.run = [&shared] { return status(shared); }; });
}

} // namespace weft::ctl
