#include "bin/options/command_line.hpp"

namespace weft::bin {

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv, output_form form) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& done) {
    // --help and --version: CLI11 prints what was asked for.
    app.exit(done);
    return exit_success;
  } catch (const CLI::ParseError& wrong) {
    const auto rest = app.remaining();
    const bool unknown = app.get_subcommands().empty() && !rest.empty();
    const auto what = unknown ? "there is no '" + rest.front() + "'" : std::string{wrong.what()};
    report(app.get_name(), usage_error{what + " (--help tells more)"}, form);
    return exit_usage;
  }
}

void add_server_option(CLI::App& app, std::string& servers) {
  app.add_option("--server", servers,
                 "where weftd is: one address or several, the first that "
                 "answers is used")
      ->type_name("HOST:PORT[,HOST:PORT...]")
      ->envname("WEFT_SERVER");
}

} // namespace weft::bin
