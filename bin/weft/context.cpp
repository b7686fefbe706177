#include "bin/weft/context.hpp"

#include "bin/options/server_option.hpp"

namespace weft::bin {

std::filesystem::path context::home_directory() const {
  return home.empty() ? net::client::default_home() : std::filesystem::path{home};
}

std::chrono::milliseconds context::patience() const {
  return std::chrono::milliseconds{static_cast<std::int64_t>(patience_s * 1000)};
}

result<std::vector<net::client::server_address>>
context::server_list(const net::client::identity& who) const {
  if (!servers.empty())
    return net::client::parse_servers(servers);
  return net::client::parse_servers(who.server.empty() ? default_server : who.server);
}

} // namespace weft::bin
