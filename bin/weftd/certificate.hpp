// The certificate that clients are served with: read at the start, and again on request.
#pragma once

#include "bin/weftd/options.hpp"
#include "net/server.hpp"
#include "net/server_certificate.hpp"

#include <memory>

namespace weft::bin {

/// Reads the certificate that the options name; null when they name none.
result<std::shared_ptr<const net::server_certificate>> load_certificate(const options& from);

/// Logs how clients are served: by which certificate, or in the clear.
void log_protection(const net::server& server, const net::server_certificate* certificate);

/// Reads the files again and has new connections served with what they hold now. When they cannot
/// be used, that is logged and nothing changes.
void reload_certificate(const options& from, net::server& server);

} // namespace weft::bin
