#include "bin/weft/context.hpp"

namespace weft::bin {

std::filesystem::path context::home_directory() const {
  return home.empty() ? net::client::default_home() : std::filesystem::path{home};
}

std::chrono::milliseconds context::patience() const {
  return std::chrono::milliseconds{static_cast<std::int64_t>(patience_s * 1000)};
}

tls_choice context::tls_for(const net::client::identity& who) const {
  if (!tls.is_made())
    return {who.server.find("tls://") != std::string::npos, who.ca};
  // Remembered, whatever folder the next command runs in.
  return {tls.on, tls.ca.empty() ? "" : std::filesystem::absolute(tls.ca).string()};
}

result<std::vector<net::client::server_address>>
context::server_list(const net::client::identity& who) const {
  const auto remembered = who.server.empty() ? default_server : who.server;
  // One that is given as tcp:// now is meant so, whatever was before.
  return find_servers(servers.empty() ? remembered : servers, tls_for(who),
                      tls.is_made() ? tcp_addresses::contradict : tcp_addresses::are_exempt);
}

} // namespace weft::bin
