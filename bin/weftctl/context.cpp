#include "bin/weftctl/commands.hpp"

namespace weft::ctl {

result<std::vector<net::client::server_address>> context::server_list() const {
  return bin::find_servers(servers.empty() ? bin::default_server : servers, tls);
}

} // namespace weft::ctl
