// weftctl: the operator's view of a cluster.
#include "bin/options/command_line.hpp"
#include "bin/weftctl/commands.hpp"

int main(int argc, char** argv) {
  using namespace weft::bin;
  weft::ctl::context shared;
  CLI::App app("weftctl: look after a Weft cluster.", "weftctl");
  app.set_version_flag("--version", "weftctl " WEFT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("Examples:\n"
             "  weftctl status\n"
             "  weftctl status --server chat.example.org:7400 --json | jq .under_replicated\n"
             "Exit codes: 0 success, 2 wrong usage, 1 anything else.");
  add_server_option(app, shared.servers);
  app.add_flag("--json", shared.json, "print one JSON object");
  weft::ctl::add_status(app, shared);

  const auto form = form_asked_for(argc, argv);
  if (const auto code = parse(app, argc, argv, form))
    return *code;
  const auto done = shared.run();
  if (done)
    return exit_success;
  report("weftctl", done.failure(), form);
  return exit_failure;
}
