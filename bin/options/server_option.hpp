// Where the programs that talk to a server find it.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace weft::bin {

/// Adds `--server`, read from WEFT_SERVER when it is not given. What is no list of addresses is
/// wrong usage.
void add_server_option(CLI::App& app, std::string& servers);

/// Used when nothing else names a server.
inline constexpr const char* default_server = "127.0.0.1:7400";

} // namespace weft::bin
