// Where a socket is reached, and whether its peer runs on this machine.
#pragma once

#include <string>

struct sockaddr_storage;

namespace weft::net {

/// The local end of a connected or listening socket as HOST:PORT, with brackets around an IPv6
/// address; empty when it has none.
std::string local_address(int socket);
/// True when the peer of a connected socket runs on this machine; false when that is not known,
/// because the socket is broken.
bool is_from_this_machine(int socket);
/// What that is decided by: the peer has a loopback address (IPv4 mapped into IPv6 included), or
/// the very address at which it reached this machine. Ports do not matter.
bool are_of_one_machine(const sockaddr_storage& peer, const sockaddr_storage& local);

} // namespace weft::net
