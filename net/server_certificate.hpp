// What a server proves itself with, and speaks TLS by.
#pragma once

#include "net/tls/openssl.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace weft::net {

/// Where a certificate and its key are, both as PEM. The chain begins with the server's own
/// certificate, those of the authorities in between follow.
struct certificate_files {
  std::filesystem::path chain;
  std::filesystem::path key;
};

/// A certificate, its key, and the rules of TLS 1.2 and 1.3 for those who connect. Immutable: a new
/// certificate is another object, and connections keep the one that they began with. Safe for use
/// by several threads.
class server_certificate {
public:
  /// Reads both files. On failure the error is one line that names the file and says what is wrong
  /// with it. A certificate whose time is over is taken: see `is_valid_now`.
  static result<std::shared_ptr<const server_certificate>> load(const certificate_files& files);

  /// A new connection's TLS, which waits for its client to begin. Throws std::bad_alloc.
  ssl_handle accept() const;

  /// "chat.example.org, valid until 2027-02-01 00:00:00 UTC".
  const std::string& description() const { return description_; }
  bool is_valid_now() const;

private:
  explicit server_certificate(ssl_context_handle context);

  ssl_context_handle context_;
  std::string description_;
};

} // namespace weft::net
