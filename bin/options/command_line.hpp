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

} // namespace weft::bin
