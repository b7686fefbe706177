#include "net/peer_address.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace weft::net {

namespace {

/// A copy of the address as the kind that its family says it is.
template <class Address>
Address as(const sockaddr_storage& from) {
  Address out;
  std::memcpy(&out, &from, sizeof out);
  return out;
}

} // namespace

std::string to_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string{text} + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto v6 = as<sockaddr_in6>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string{text} + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return {};
}

std::string local_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return {};
  return to_text(address);
}

bool is_loopback(const sockaddr_storage& address) {
  constexpr unsigned loopback_network = 127;
  if (address.ss_family == AF_INET)
    return ntohl(as<sockaddr_in>(address).sin_addr.s_addr) >> 24 == loopback_network;
  if (address.ss_family != AF_INET6)
    return false;
  const auto v6 = as<sockaddr_in6>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6))
    return v6.s6_addr[12] == loopback_network;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

} // namespace weft::net
