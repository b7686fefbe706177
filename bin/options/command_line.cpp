#include "bin/options/command_line.hpp"

#include <iostream>

namespace weft::bin {

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv, output_form form) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& done) {
    // --help and --version: CLI11 prints what was asked for.
    app.exit(done);
    std::cout.flush();
    return conclude(app.get_name(), exit_success, form);
  } catch (const CLI::ParseError& wrong) {
    const auto rest = app.remaining();
    const bool unknown = app.get_subcommands().empty() && !rest.empty();
    const auto what = unknown ? "there is no '" + rest.front() + "'" : std::string{wrong.what()};
    report(app.get_name(), usage_error{what}, form);
    return exit_usage;
  }
}

} // namespace weft::bin
