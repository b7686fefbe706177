// What the command lines of all programs have in common.
#pragma once

#include "bin/options/outcome.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace weft::bin {

/// Parses; answers `--help` and `--version`. Nothing when the program shall go on, else its exit
/// code.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv, output_form form);

/// Adds `--server`, read from WEFT_SERVER when it is not given.
void add_server_option(CLI::App& app, std::string& servers);

/// Used when nothing else names a server.
inline constexpr const char* default_server = "127.0.0.1:7400";

} // namespace weft::bin
