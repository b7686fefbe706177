#include "net/listener.hpp"

#include "net/encode.hpp"
#include "net/listening_socket.hpp"
#include "net/peer_address.hpp"
#include "net/tls/socket_io.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weft::net {

namespace {

/// Accepted in one round, so that the others of the I/O thread get their turn.
constexpr int accepts_per_round = 64;

/// Unsent bytes that the kernel holds for one connection: enough to keep it busy, while what waits
/// for slow readers stays where it is counted.
constexpr int kernel_unsent_bytes = 128 << 10;

/// When those who come beyond the limit of connections may try again.
constexpr std::uint32_t retry_when_full_ms = 5'000;

/// A TLS record with a fatal alert, internal_error: all that a client can be told before a
/// handshake.
constexpr std::string_view tls_refusal{"\x15\x03\x03\x00\x02\x02\x50", 7};

std::string refusal_of(const server_context& shared) {
  if (shared.tls.is_on())
    return std::string{tls_refusal};
  byte_buffer frame;
  encode_closing(frame, {.code = errc::overloaded,
                         .message = "this node has as many connections as it may",
                         .retry_after_ms = retry_when_full_ms});
  return std::string{frame.view()};
}

void set(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

bool is_out_of_files(int code) {
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

} // namespace

result<std::unique_ptr<listener>> listener::open(const std::string& host, std::uint16_t port,
                                                 server_context& shared) {
  const auto socket = open_listening_socket(host, port);
  if (!socket)
    return socket.failure();
  return std::unique_ptr<listener>{new listener{*socket, port_of(*socket), shared}};
}

listener::~listener() {
  ::close(socket_);
}

std::string listener::address() const {
  return local_address(socket_);
}

listener::accept_result listener::accept() {
  for (auto i = 0; i < accepts_per_round; ++i) {
    const auto socket = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      take(socket);
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

void listener::take(int socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  auto& connections = shared_.counters.connections;
  if (connections.load(std::memory_order_relaxed) >= shared_.connections_max) {
    // Whether it arrives is not waited for: there is no place to wait in.
    write_socket(socket, refusal_of(shared_));
    ::close(socket);
    return;
  }
  set(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kernel_unsent_bytes);
  connections.fetch_add(1, std::memory_order_relaxed);
  place_(socket);
}

} // namespace weft::net
