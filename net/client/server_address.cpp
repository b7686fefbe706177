#include "net/client/server_address.hpp"

#include <algorithm>
#include <charconv>

namespace weft::net::client {
namespace {

constexpr std::size_t servers_max = 64;
constexpr std::string_view tls_scheme = "tls://";
constexpr std::string_view clear_scheme = "tcp://";

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() && number > 0 &&
         number <= 65'535;
}

error not_an_address(std::string_view text) {
  return {errc::bad_request,
          "'" + std::string{text} + "' is no server address; it is written HOST:PORT"};
}

/// Takes `scheme` from the front of `text` if it is there.
bool take(std::string_view& text, std::string_view scheme) {
  if (!text.starts_with(scheme))
    return false;
  text.remove_prefix(scheme.size());
  return true;
}

result<server_address> parse_server(std::string_view text, const protection& unsaid) {
  server_address out;
  out.by = unsaid;
  if (take(text, tls_scheme))
    out.by.tls = true;
  else if (take(text, clear_scheme))
    out.by = {};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos)
      return not_an_address(text);
    out.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (out.host.empty() || !rest.starts_with(':') || !is_port(rest.substr(1)))
    return not_an_address(text);
  out.port = rest.substr(1);
  return out;
}

} // namespace

result<std::vector<server_address>> parse_servers(std::string_view text, const protection& unsaid) {
  std::vector<server_address> out;
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    auto server = parse_server(text.substr(0, comma), unsaid);
    if (!server)
      return server.failure();
    out.push_back(*std::move(server));
    if (comma == text.size())
      return out;
    if (out.size() == servers_max)
      return error{errc::too_large, "more than 64 server addresses"};
    text.remove_prefix(comma + 1);
  }
}

std::string to_text(const server_address& server) {
  const bool bracketed = server.host.find(':') != std::string::npos;
  return std::string{server.by.tls ? tls_scheme : ""} +
         (bracketed ? "[" + server.host + "]" : server.host) + ":" + server.port;
}

} // namespace weft::net::client
