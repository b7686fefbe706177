// What all commands of weft share: the common options, and the way to run one command.
#pragma once

#include "bin/options/outcome.hpp"
#include "bin/options/server_option.hpp"
#include "net/client/client.hpp"
#include "net/client/identity.hpp"
#include "net/client/shown_cursors.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace weft::bin {

/// An operation that failed and may be asked for again under its id.
struct failed_operation {
  error why;
  op_id op;
};

/// What a command ends with.
using command_result = std::variant<std::monostate, error, failed_operation, usage_error>;

/// The options that every command takes, and the command that was chosen.
struct context {
  std::string servers;
  tls_choice tls;
  std::string home;
  std::string password_file;
  bool json = false;
  /// Seconds that one request may take over all its tries.
  double patience_s = 30;

  /// Set by the subcommand that was given.
  std::function<command_result()> run;

  output_form form() const { return json ? output_form::json : output_form::text; }
  std::filesystem::path home_directory() const;
  std::chrono::milliseconds patience() const;
  /// What is given, else how the identity was signed in: who signed in by TLS does not go on in
  /// the clear because an option was forgotten.
  tls_choice tls_for(const net::client::identity& who) const;
  /// The given servers, else those of the identity, else the default.
  result<std::vector<net::client::server_address>>
  server_list(const net::client::identity& who) const;
};

/// Subcommands of weft; each adds itself to `app`.
void add_register(CLI::App& app, context& shared);
void add_login(CLI::App& app, context& shared);
void add_logout(CLI::App& app, context& shared);
void add_whoami(CLI::App& app, context& shared);
void add_send(CLI::App& app, context& shared);
void add_history(CLI::App& app, context& shared);
void add_threads(CLI::App& app, context& shared);
void add_read(CLI::App& app, context& shared);
void add_listen(CLI::App& app, context& shared);
void add_chat(CLI::App& app, context& shared);
void add_presence(CLI::App& app, context& shared);

} // namespace weft::bin
