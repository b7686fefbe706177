// OpenSSL's errors as text.
#pragma once

#include <string>

namespace weft::net {

/// Takes what OpenSSL has reported on this thread since it was last cleared. OpenSSL's own words,
/// never a byte that came from a peer.
struct openssl_error {
  /// The number of the reason within OpenSSL's TLS, as SSL_R_* has it; 0 when the error is none of
  /// TLS.
  int tls_reason = 0;
  /// "wrong version number"; empty when nothing was reported.
  std::string text;
};

openssl_error take_openssl_error();

} // namespace weft::net
