// Where servers are: HOST:PORT[,HOST:PORT...].
#pragma once

#include "storage/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weft::net::client {

/// One server. A host is a name, an IPv4 address, or an IPv6 address (written in brackets).
struct server_address {
  std::string host;
  std::string port;

  bool operator==(const server_address&) const = default;
};

/// Reads a list of at most 64 addresses; `bad_request` names the one that is none.
result<std::vector<server_address>> parse_servers(std::string_view text);

/// HOST:PORT, as it is written and read.
std::string to_text(const server_address& server);

} // namespace weft::net::client
