// Where servers are, and how they are spoken to: [tls://|tcp://]HOST:PORT[,...].
#pragma once

#include "storage/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net::client {

class trust;

/// How a server is spoken to.
struct protection {
  /// By TLS, or in the clear.
  bool tls = false;
  /// Who may vouch for the server; null: whom this machine trusts.
  std::shared_ptr<trust> authorities;

  bool operator==(const protection&) const = default;
};

/// One server. A host is a name, an IPv4 address, or an IPv6 address (written in brackets).
struct server_address {
  std::string host;
  std::string port;
  protection by = {};

  bool operator==(const server_address&) const = default;
};

/// Reads a list of at most 64 addresses; `bad_request` names the one that is none. `tls://` in
/// front of an address means TLS, `tcp://` means in the clear, and without either `unsaid` holds.
result<std::vector<server_address>> parse_servers(std::string_view text,
                                                  const protection& unsaid = {});

/// HOST:PORT, with tls:// in front where that holds, as it is read again.
std::string to_text(const server_address& server);

} // namespace weft::net::client
