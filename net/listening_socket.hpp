// A socket that listens, or a line that says why not.
#pragma once

#include "storage/result.hpp"

#include <cstdint>
#include <string>

namespace weft::net {

/// Opens a non-blocking socket that listens on HOST (a name or an address) and port; 0 takes a free
/// one. The caller closes it. The error is one line that says what to do: another program has the
/// port, the address is not this machine's, the port is privileged.
result<int> open_listening_socket(const std::string& host, std::uint16_t port);

/// The port of a listening socket.
std::uint16_t port_of(int socket);

} // namespace weft::net
