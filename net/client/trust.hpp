// Whom a client trusts to vouch for its servers.
#pragma once

#include "net/tls/openssl.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace weft::net::client {

class trust;

/// What one connection expects of its server, and what it found. Outlives the connection's SSL.
struct server_check {
  /// A host name, or an address.
  std::string host;
  std::string port;
  trust* authorities = nullptr;
  /// Why the server's certificate was refused: the end of a sentence, with what to do. Empty when
  /// it was not.
  std::string refusal;
};

/// Authorities, the rules of TLS 1.2 and 1.3, and what it takes to resume the newest session of
/// each server. Safe for use by several threads.
class trust {
public:
  /// The authorities of a PEM file and no others. They need not be roots: a server's own
  /// certificate does as well. `io` names the file when it cannot be used.
  static result<std::shared_ptr<trust>> load(const std::filesystem::path& file);
  /// Those that this machine trusts, read once.
  static result<std::shared_ptr<trust>> of_system();

  trust(const trust&) = delete;
  trust& operator=(const trust&) = delete;

  /// A new connection's TLS, which checks chain, time and host. Throws std::bad_alloc.
  ssl_handle connect(server_check& check);

private:
  explicit trust(ssl_context_handle context) : context_(std::move(context)) {}
  static std::shared_ptr<trust> make();

  static int on_session(SSL* ssl, SSL_SESSION* session);
  void keep(const server_check& check, ssl_session_handle session);
  ssl_session_handle take_session(const server_check& check);

  ssl_context_handle context_;
  std::mutex mutex_;
  /// By HOST:PORT.
  std::map<std::string, ssl_session_handle> sessions_;
};

} // namespace weft::net::client
