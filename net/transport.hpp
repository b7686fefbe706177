// How a connection's bytes travel: in the clear, or by TLS.
#pragma once

#include "net/poller.hpp"
#include "net/tls/socket_io.hpp"
#include "net/tls/tls_socket.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace weft::net {

/// An accepted socket, with or without TLS, which nobody else has to tell apart. Nothing waits:
/// what cannot go on says so, and `watch_for` and `is_ready` translate between what a connection
/// waits for and what its socket must be watched for. Closes the socket with itself. For one
/// thread.
class transport {
public:
  /// In the clear without `ssl`; with it by TLS, of which it is the accepting side.
  transport(int socket, ssl_handle ssl)
      : socket_(socket),
        tls_(ssl ? std::make_unique<tls_socket>(std::move(ssl), socket) : nullptr) {}
  ~transport() { close(); }
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// Reads what is there, as much as fits. `to` is not empty.
  io_result read(std::span<char> to);
  /// Writes as much as goes. `from` is not empty; bytes that were not taken come first again.
  io_result write(std::string_view from);
  /// Says that nothing follows.
  void shut_writing();
  void close();

  /// -1 when closed.
  int socket() const { return socket_; }
  bool is_closed() const { return socket_ < 0; }
  /// A client can be spoken to: with TLS, the handshake is done.
  bool is_open() const { return !tls_ || tls_->is_open(); }
  /// Reading is worth another call though the socket may never say so.
  bool holds_bytes() const { return tls_ && tls_->holds_bytes(); }
  /// Why TLS failed, in OpenSSL's words.
  std::string_view failure() const { return tls_ ? tls_->failure().text : std::string_view{}; }

  /// What to watch the socket for when the connection waits to read, to write, or both.
  interest watch_for(bool reading, bool writing) const;
  /// Whether that what the socket is ready for lets reading, or writing, go on.
  bool can_read(const ready_socket& how) const { return meets(how, read_needs()); }
  bool can_write(const ready_socket& how) const { return meets(how, write_needs()); }

private:
  io_status read_needs() const { return tls_ ? tls_->read_needs() : io_status::wants_read; }
  io_status write_needs() const { return tls_ ? tls_->write_needs() : io_status::wants_write; }
  static bool meets(const ready_socket& how, io_status need) {
    return need == io_status::wants_read ? how.is_readable : how.is_writable;
  }

  int socket_;
  std::unique_ptr<tls_socket> tls_;
};

} // namespace weft::net
