// Whether clients are served in the clear or by TLS, and with which certificate.
#pragma once

#include "net/server_certificate.hpp"
#include "net/tls/openssl.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace weft::net {

/// The certificate of the moment; without one everything is in the clear, for good. Safe for use by
/// several threads.
class tls_policy {
public:
  explicit tls_policy(std::shared_ptr<const server_certificate> first)
      : certificate_(std::move(first)), is_on_(certificate_ != nullptr) {}

  bool is_on() const { return is_on_; }

  /// Connections that begin from now on get this one. Only when it is on.
  void use(std::shared_ptr<const server_certificate> next) {
    std::lock_guard guard{mutex_};
    certificate_ = std::move(next);
  }

  /// TLS for a new connection; null in the clear.
  ssl_handle accept() const { return is_on_ ? current()->accept() : nullptr; }

private:
  std::shared_ptr<const server_certificate> current() const {
    std::lock_guard guard{mutex_};
    return certificate_;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const server_certificate> certificate_;
  const bool is_on_;
};

} // namespace weft::net
