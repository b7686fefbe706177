// What OpenSSL reads from and writes to: a socket that does not block.
#pragma once

#include "net/tls/openssl.hpp"

#include <cstddef>

namespace weft::net {

/// The socket of one TLS connection, which closes it.
struct bio_socket {
  int descriptor = -1;
  /// Bytes that may be read before the socket pretends to be empty. OpenSSL reads on for as long
  /// as only its own messages arrive (key updates, refused renegotiations): without a bound one
  /// client that sends nothing else would keep a thread that serves thousands.
  std::size_t allowance = 0;
};

/// OpenSSL's own BIO of a socket raises SIGPIPE and knows no allowance. `over` outlives it.
bio_handle make_socket_bio(bio_socket& over);

} // namespace weft::net
