// The commands of weftctl.
#pragma once

#include "bin/options/command_line.hpp"
#include "bin/options/server_option.hpp"
#include "storage/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace weft::ctl {

/// The options that every command takes, and the command that was chosen.
struct context {
  std::string servers;
  bin::tls_choice tls;
  bool json = false;
  std::function<result<void>()> run;

  /// The given servers, else the default.
  result<std::vector<net::client::server_address>> server_list() const;
};

/// Each adds itself to `app`.
void add_status(CLI::App& app, context& shared);

} // namespace weft::ctl
