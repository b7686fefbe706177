// The commands of weftctl.
#pragma once

#include "bin/options/command_line.hpp"
#include "storage/result.hpp"

#include <functional>
#include <string>

namespace weft::ctl {

/// The options that every command takes, and the command that was chosen.
struct context {
  std::string servers;
  bool json = false;
  std::function<result<void>()> run;
};

/// Each adds itself to `app`.
void add_status(CLI::App& app, context& shared);

} // namespace weft::ctl
