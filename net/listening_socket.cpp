#include "net/listening_socket.hpp"

#include "net/peer_address.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weft::net {

namespace {

/// Connections that the kernel completes before they are accepted: a storm of reconnects.
constexpr int backlog = 4096;

error cannot_listen(const std::string& host, std::uint16_t port, const std::string& why) {
  return {.code = errc::io,
          .message = "cannot listen on " + host + ":" + std::to_string(port) + ": " + why};
}

std::string reason_of(int code) {
  switch (code) {
  case EADDRINUSE:
    return "another program uses this port";
  case EACCES:
    return "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)";
  case EADDRNOTAVAIL:
    return "this machine does not have that address";
  default:
    return std::strerror(code);
  }
}

/// A bound and listening socket for one of the addresses of a host, or the errno.
int listen_on(const addrinfo& where, int& failure) {
  const auto out = ::socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (out < 0) {
    failure = errno;
    return -1;
  }
  const auto on = 1;
  ::setsockopt(out, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(out, where.ai_addr, where.ai_addrlen) == 0 && ::listen(out, backlog) == 0)
    return out;
  failure = errno;
  ::close(out);
  return -1;
}

} // namespace

result<int> open_listening_socket(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto service = std::to_string(port);
  if (const auto code = ::getaddrinfo(host.c_str(), service.c_str(), &wanted, &found); code != 0)
    return cannot_listen(host, port, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
  auto failure = 0;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    const auto socket = listen_on(*each, failure);
    if (socket >= 0)
      return socket;
  }
  return cannot_listen(host, port, reason_of(failure));
}

std::uint16_t port_of(int socket) {
  const auto text = local_address(socket);
  return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
}

} // namespace weft::net
