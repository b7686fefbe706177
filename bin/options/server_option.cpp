#include "bin/options/server_option.hpp"

#include "net/client/server_address.hpp"

namespace weft::bin {

void add_server_option(CLI::App& app, std::string& servers) {
  app.add_option("--server", servers,
                 "where weftd is: one address or several, the first that "
                 "answers is used")
      ->check([](const std::string& text) {
        const auto parsed = net::client::parse_servers(text);
        return parsed ? std::string{} : parsed.failure().message;
      })
      ->type_name("HOST:PORT[,HOST:PORT...]")
      ->envname("WEFT_SERVER");
}

} // namespace weft::bin
