// TLS on a socket, without waiting.
#pragma once

#include "net/tls/openssl.hpp"
#include "net/tls/openssl_error.hpp"
#include "net/tls/socket_bio.hpp"
#include "net/tls/socket_io.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace weft::net {

/// One TLS connection over a socket that somebody else closes, after this is gone. The handshake
/// runs within the first reads and writes, or on its own by `handshake`. Idle it holds no buffer:
/// OpenSSL's are released when they are empty. For one thread.
///
/// What is written and not taken stays first in line: the next `write` begins with the same bytes,
/// though they may have moved in memory, and more may follow them.
class tls_socket {
public:
  /// `ssl` knows whether it connects or accepts. `socket` does not block.
  tls_socket(ssl_handle ssl, int socket);
  tls_socket(const tls_socket&) = delete;
  tls_socket& operator=(const tls_socket&) = delete;

  /// Goes on with the handshake; `moved`, with no count, once it is done.
  io_result handshake();
  /// Reads what is there, as much as fits. `to` is not empty.
  io_result read(std::span<char> to);
  /// Writes as much as the socket takes. `from` is not empty.
  io_result write(std::string_view from);
  /// Says that nothing follows, if the socket takes that at once.
  void shut_writing();

  /// The handshake is done.
  bool is_open() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  /// There is more to read of which the socket knows nothing: `read` is worth another call, though
  /// the socket may never be readable again.
  bool holds_bytes() const { return holds_bytes_; }

  /// What the socket must be ready for before reading, or writing, is worth another try.
  io_status read_needs() const { return read_needs_; }
  /// Only a handshake makes writing wait for reading, and reading may have ended it meanwhile.
  io_status write_needs() const { return is_open() ? io_status::wants_write : write_needs_; }

  /// Why it is broken; empty when the peer has just gone.
  const openssl_error& failure() const { return failure_; }

  SSL& ssl() const { return *ssl_; }

private:
  /// What the last call of OpenSSL, which has failed, means.
  io_status why_not();
  bool is_over() const { return over_ != io_status::moved; }

  bio_socket socket_;
  ssl_handle ssl_;
  openssl_error failure_;
  io_status read_needs_ = io_status::wants_read;
  io_status write_needs_ = io_status::wants_write;
  /// `ended` or `broken` once it has come to that.
  io_status over_ = io_status::moved;
  bool holds_bytes_ = false;
};

} // namespace weft::net
