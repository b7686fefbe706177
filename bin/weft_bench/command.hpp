// The command line of weft-bench.
#pragma once

#include "bin/options/server_option.hpp"
#include "bin/weft_bench/crowd.hpp"
#include "bin/weft_bench/traffic.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <sys/types.h>
#include <vector>

namespace weft::bench {

/// What was asked for.
struct command {
  std::string work;
  std::string servers = bin::default_server;
  bin::tls_choice tls;
  traffic_settings traffic;
  crowd_settings crowd;
  std::vector<pid_t> server_processes;
  bool with_floor = false;
  bool json = false;
};

/// Adds the works and their options to `app`.
void add_works(CLI::App& app, command& what);

/// Does the work and reports; the program's exit code.
int run(const command& what);

} // namespace weft::bench
