#include "bin/options/server_option.hpp"

#include "net/client/trust.hpp"

#include <algorithm>

namespace weft::bin {

using net::client::parse_servers;
using net::client::server_address;

void add_server_option(CLI::App& app, std::string& servers) {
  app.add_option("--server", servers,
                 "where weftd is: one address or several, the first that answers is used; tls:// "
                 "in front of one means TLS")
      ->check([](const std::string& text) {
        const auto parsed = parse_servers(text);
        return parsed ? std::string{} : parsed.failure().message;
      })
      ->type_name("HOST:PORT[,HOST:PORT...]")
      ->envname("WEFT_SERVER");
}

void add_tls_options(CLI::App& app, tls_choice& choice) {
  app.add_flag("--tls", choice.on,
               "speak TLS, and trust the authorities that this machine trusts (else WEFT_TLS)")
      ->envname("WEFT_TLS");
  app.add_option("--ca", choice.ca,
                 "speak TLS, and trust the authorities of this PEM file alone (else WEFT_CA)")
      ->type_name("FILE")
      ->envname("WEFT_CA");
}

result<std::vector<server_address>> find_servers(const std::string& servers, const tls_choice& how,
                                                 tcp_addresses tcp) {
  net::client::protection unsaid{how.is_made(), nullptr};
  if (!how.ca.empty()) {
    auto authorities = net::client::trust::load(how.ca);
    if (!authorities)
      return authorities.failure();
    unsaid.authorities = *std::move(authorities);
  }
  auto out = parse_servers(servers, unsaid);
  const auto is_clear = [](const server_address& each) { return !each.by.tls; };
  if (out && how.is_made() && tcp == tcp_addresses::contradict &&
      std::any_of(out->begin(), out->end(), is_clear))
    return error{errc::bad_request,
                 "--tls and --ca contradict the tcp:// of " + servers + ": leave one away"};
  return out;
}

} // namespace weft::bin
