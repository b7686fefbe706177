// weftctl: the operator's view of a cluster.
#include "bin/options/command_line.hpp"
#include "bin/options/server_option.hpp"
#include "bin/weftctl/commands.hpp"

int main(int argc, char** argv) {
  using namespace weft::bin;
  weft::ctl::context shared;
  CLI::App app("weftctl: look after a Weft cluster.", "weftctl");
  app.set_version_flag("--version", "weftctl " WEFT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("A node answers programs of its own machine only.\n"
             "Examples:\n"
             "  weftctl status\n"
             "  weftctl status --server 127.0.0.1:7401 --json | jq .under_replicated\n"
             "Exit codes: 0 success, 2 wrong usage, 1 anything else.");
  add_server_option(app, shared.servers);
  add_tls_options(app, shared.tls);
  app.add_flag("--json", shared.json, "print one JSON object");
  weft::ctl::add_status(app, shared);

  const auto form = form_asked_for(argc, argv);
  if (const auto code = parse(app, argc, argv, form))
    return *code;
  const auto done = shared.run();
  if (!done)
    report("weftctl", done.failure(), form);
  return conclude("weftctl", done ? exit_success : exit_failure, form);
}
