#include "bin/weftd/certificate.hpp"

#include <spdlog/spdlog.h>

#include <string_view>

namespace weft::bin {

namespace {

/// Of an address as sockets have it.
bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]");
}

void log_certificate(const net::server_certificate& which) {
  spdlog::info("clients are served by TLS as {}", which.description());
  if (!which.is_valid_now())
    spdlog::warn("the certificate is not valid now: clients will refuse it");
}

} // namespace

result<std::shared_ptr<const net::server_certificate>> load_certificate(const options& from) {
  if (from.tls_cert.empty())
    return std::shared_ptr<const net::server_certificate>{};
  return net::server_certificate::load({from.tls_cert, from.tls_key});
}

void log_protection(const net::server& server, const net::server_certificate* certificate) {
  if (certificate != nullptr)
    return log_certificate(*certificate);
  const auto level = is_loopback(server.address()) ? spdlog::level::info : spdlog::level::warn;
  spdlog::log(level, "what clients send and get is not encrypted: no --tls-cert and --tls-key");
}

void reload_certificate(const options& from, net::server& server) {
  const auto loaded = load_certificate(from);
  if (!loaded)
    return spdlog::error("the certificate stays as it was: {}", loaded.failure().message);
  if (*loaded == nullptr)
    return spdlog::info("there is no certificate to read again");
  server.use_certificate(*loaded);
  spdlog::info("the certificate was read again, for new connections");
  log_certificate(**loaded);
}

} // namespace weft::bin
