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

/// HOST:PORT, with brackets around an IPv6 address.
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

bool is_same_host(const sockaddr_storage& one, const sockaddr_storage& other) {
  if (one.ss_family != other.ss_family)
    return false;
  if (one.ss_family == AF_INET)
    return as<sockaddr_in>(one).sin_addr.s_addr == as<sockaddr_in>(other).sin_addr.s_addr;
  if (one.ss_family != AF_INET6)
    return false;
  const auto a = as<sockaddr_in6>(one).sin6_addr;
  const auto b = as<sockaddr_in6>(other).sin6_addr;
  return IN6_ARE_ADDR_EQUAL(&a, &b);
}

} // namespace

std::string local_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return {};
  return to_text(address);
}

bool is_from_this_machine(int socket) {
  sockaddr_storage peer{};
  sockaddr_storage local{};
  socklen_t peer_size = sizeof peer;
  socklen_t local_size = sizeof local;
  return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0 &&
         ::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &local_size) == 0 &&
         are_of_one_machine(peer, local);
}

bool are_of_one_machine(const sockaddr_storage& peer, const sockaddr_storage& local) {
  return is_loopback(peer) || is_same_host(peer, local);
}

} // namespace weft::net
