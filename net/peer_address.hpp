// Addresses of sockets as text, and whether a peer runs on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sockaddr_storage;

namespace weft::net {

/// HOST:PORT, with brackets around an IPv6 address.
std::string to_text(const sockaddr_storage& address);
/// The same for the local end of a connected or listening socket; empty when it has none.
std::string local_address(int socket);
/// True for a loopback address, IPv4 mapped into IPv6 included.
bool is_loopback(const sockaddr_storage& address);

} // namespace weft::net
