// A client of TLS that can do everything wrong, down to the pieces in which its bytes travel.
#pragma once

#include "net/tls/openssl.hpp"
#include "tests/net/raw_client.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace weft::testing {

class tls_client {
public:
  struct settings {
    /// Whom it trusts; it expects localhost.
    std::filesystem::path authority;
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    /// Bytes that are sent or received at once.
    std::size_t piece = 64u << 10;
    /// Of the kernel; 0: its choice.
    int receive_buffer = 0;
    /// To be resumed, if it is set.
    SSL_SESSION* session = nullptr;
  };
  tls_client(std::uint16_t port, settings how);

  /// Shakes hands; false when that fails.
  bool connect();
  /// What OpenSSL says of the last failure.
  const std::string& failure() const { return failure_; }

  /// Encrypts and sends; false when the server has closed.
  bool send_raw(std::string_view bytes);
  bool send(const ClientFrame& frame) { return send_raw(bytes_of(frame)); }
  /// The next frame; nothing when the server closed, or said nothing within the test's patience.
  std::optional<ServerFrame> receive();
  /// Connects and signs in; the reply to the sign-in.
  ServerFrame sign_in();
  /// True when the server closes without another frame.
  bool is_closed() { return !receive() && is_ended_; }

  /// Says by TLS that nothing follows, and keeps the socket open.
  void say_end();
  raw_client& wire() { return wire_; }
  SSL* ssl() { return ssl_.get(); }
  /// "TLSv1.3".
  std::string version() const { return SSL_get_version(ssl_.get()); }
  /// What it takes to resume; null when the server gave nothing.
  net::ssl_session_handle session() const {
    return net::ssl_session_handle{SSL_get1_session(ssl_.get())};
  }
  /// The server's certificate.
  net::certificate_handle certificate() const {
    return net::certificate_handle{SSL_get1_peer_certificate(ssl_.get())};
  }
  /// Sends what OpenSSL has written.
  bool flush();

private:
  /// Receives a piece; false when there is none.
  bool fill();
  bool fail();

  settings how_;
  raw_client wire_;
  net::ssl_context_handle context_;
  net::ssl_handle ssl_;
  BIO* in_;
  BIO* out_;
  std::string received_;
  std::string failure_;
  bool is_ended_ = false;
};

} // namespace weft::testing
