#include "net/listener.hpp"

#include "net/encode.hpp"
#include "net/peer_address.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weft::net {

namespace {

/// Accepted in one round, so that the others of the I/O thread get their turn.
constexpr int accepts_per_round = 64;

/// Connections that the kernel completes before they are accepted: a storm of reconnects.
constexpr int backlog = 4096;

/// Unsent bytes that the kernel holds for one connection: enough to keep it busy, while what waits
/// for slow readers stays where it is counted.
constexpr int kernel_unsent_bytes = 128 << 10;

/// When those who come beyond the limit of connections may try again.
constexpr std::uint32_t retry_when_full_ms = 5'000;

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

void set(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

/// A bound and listening socket for one of the addresses of a host, or the errno.
int listen_on(const addrinfo& where, int& failure) {
  const auto out = ::socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (out < 0) {
    failure = errno;
    return -1;
  }
  set(out, SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(out, where.ai_addr, where.ai_addrlen) == 0 && ::listen(out, backlog) == 0)
    return out;
  failure = errno;
  ::close(out);
  return -1;
}

std::uint16_t port_of(int socket) {
  const auto text = local_address(socket);
  return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
}

bool is_out_of_files(int code) {
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

} // namespace

result<std::unique_ptr<listener>> listener::open(const std::string& host, std::uint16_t port,
                                                 server_context& shared) {
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
      return std::unique_ptr<listener>{new listener{socket, port_of(socket), shared}};
  }
  return cannot_listen(host, port, reason_of(failure));
}

listener::~listener() {
  ::close(socket_);
}

std::string listener::address() const {
  return local_address(socket_);
}

listener::accept_result listener::accept() {
  for (auto i = 0; i < accepts_per_round; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const auto socket =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      take(socket, is_loopback(peer) ? peer_place::this_machine : peer_place::elsewhere);
      continue;
    }
    if (is_out_of_files(errno)) {
      spdlog::warn("accepting pauses: {}", std::strerror(errno));
      return accept_result::out_of_files;
    }
    // Whoever gave up while waiting concerns nobody else.
    if (errno != ECONNABORTED && errno != EINTR)
      break;
  }
  return accept_result::done;
}

void listener::take(int socket, peer_place from) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  auto& connections = shared_.counters.connections;
  if (connections.load(std::memory_order_relaxed) >= shared_.connections_max) {
    byte_buffer frame;
    encode_closing(frame, {.code = errc::overloaded,
                           .message = "this node has as many connections as it may",
                           .retry_after_ms = retry_when_full_ms});
    // Whether it arrives is not waited for: there is no place to wait in.
    ::send(socket, frame.view().data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::close(socket);
    return;
  }
  set(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kernel_unsent_bytes);
  connections.fetch_add(1, std::memory_order_relaxed);
  place_({socket, from});
}

} // namespace weft::net
