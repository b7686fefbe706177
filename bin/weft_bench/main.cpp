// weft-bench: the load generator.
#include "bin/options/command_line.hpp"
#include "bin/weft_bench/command.hpp"

int main(int argc, char** argv) {
  CLI::App app("weft-bench: load a Weft server, measure it, and check that nothing is lost.",
               "weft-bench");
  app.set_version_flag("--version", "weft-bench " WEFT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 success, 2 wrong usage, 1 anything else, also when a message was lost,\n"
      "doubled or out of order.");
  weft::bench::command what;
  weft::bench::add_works(app, what);
  const auto form = weft::bin::form_asked_for(argc, argv);
  if (const auto code = weft::bin::parse(app, argc, argv, form))
    return *code;
  return weft::bin::conclude("weft-bench", weft::bench::run(what), form);
}
