// Where the programs that talk to a server find it, and how they speak to it.
#pragma once

#include "net/client/server_address.hpp"
#include "storage/result.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace weft::bin {

/// Whether servers shall be spoken to by TLS, and whom to trust.
struct tls_choice {
  bool on = false;
  /// PEM file of authorities; empty: those that this machine trusts.
  std::string ca;

  bool is_made() const { return on || !ca.empty(); }
};

/// Adds `--server`, read from WEFT_SERVER when it is not given. What is no list of addresses is
/// wrong usage.
void add_server_option(CLI::App& app, std::string& servers);

/// Adds `--tls` and `--ca`, read from WEFT_TLS and WEFT_CA.
void add_tls_options(CLI::App& app, tls_choice& choice);

/// What a choice means for addresses that say `tcp://` themselves.
enum class tcp_addresses { contradict, are_exempt };

/// The servers of a list of addresses. Those that do not say themselves how they are spoken to
/// follow the choice.
result<std::vector<net::client::server_address>>
find_servers(const std::string& servers, const tls_choice& how,
             tcp_addresses tcp = tcp_addresses::contradict);

/// Used when nothing else names a server.
inline constexpr const char* default_server = "127.0.0.1:7400";

} // namespace weft::bin
