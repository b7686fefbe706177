#include "net/tls/openssl_error.hpp"

#include <openssl/err.h>

namespace weft::net {

openssl_error take_openssl_error() {
  openssl_error out;
  // The first one is the cause; those behind it say what failed for that reason.
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return out;
  if (ERR_GET_LIB(code) == ERR_LIB_SSL)
    out.tls_reason = ERR_GET_REASON(code);
  const auto* text = ERR_reason_error_string(code);
  out.text = text != nullptr ? text : "error " + std::to_string(code);
  return out;
}

} // namespace weft::net
