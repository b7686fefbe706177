#include "tests/integration/wire_connection.hpp"

#include "storage/big_endian.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// No frame of a server is longer.
constexpr std::size_t frame_bytes_max = 4u << 20;

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &out.sin_addr) != 1)
    throw std::runtime_error("no IPv4 address: " + host);
  return out;
}

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Waits until the socket is ready for `what`.
bool await(int socket, short what, steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
  pollfd waited{socket, what, 0};
  return ::poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0) > 0;
}

} // namespace

std::string frame_of(const std::string& content) {
  char length[4];
  storage::put_be(length, static_cast<std::uint32_t>(content.size()));
  return std::string(length, sizeof length) + content;
}

wire_connection::wire_connection(const weftd_process& node, const wire_origin& from) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    fail("socket");
  if (from.receive_bytes > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &from.receive_bytes, sizeof from.receive_bytes);
  if (!from.address.empty()) {
    // The port is chosen when the other end is known: more connections than ports are possible.
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto source = address_of(from.address, 0);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0)
      fail("bind");
  }
  const auto target = address_of(node.host(), node.port());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0)
    fail("connect to " + node.clients());
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

wire_connection::~wire_connection() {
  close();
}

wire_connection::wire_connection(wire_connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), closed_(other.closed_), in_(std::move(other.in_)),
      last_words_(std::move(other.last_words_)) {}

void wire_connection::close() {
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
  closed_ = true;
}

std::size_t wire_connection::write_some(std::string_view bytes) {
  const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool wire_connection::write(std::string_view bytes) {
  const auto deadline = steady_clock::now() + patience;
  while (!bytes.empty()) {
    if (!await(socket_, POLLOUT, deadline))
      throw std::runtime_error("the node does not read");
    const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN)
      return false;
    if (size > 0)
      bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool wire_connection::write_frame(const weft::ClientFrame& frame) {
  return write(frame_of(frame.SerializeAsString()));
}

bool wire_connection::fill(steady_clock::time_point deadline) {
  if (closed_ || !await(socket_, POLLIN, deadline))
    return false;
  char bytes[16 << 10];
  const auto size = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size > 0)
    in_.append(bytes, static_cast<std::size_t>(size));
  else if (size == 0 || errno != EAGAIN)
    closed_ = true;
  return !closed_;
}

std::optional<weft::ServerFrame> wire_connection::read_frame(milliseconds within) {
  const auto deadline = steady_clock::now() + within;
  constexpr std::size_t length_bytes = 4;
  for (;;) {
    if (in_.size() >= length_bytes) {
      const std::size_t size = storage::get_be<std::uint32_t>(in_.data());
      if (size > frame_bytes_max)
        throw std::runtime_error("the node sent a frame of " + std::to_string(size) + " bytes");
      if (in_.size() >= length_bytes + size) {
        weft::ServerFrame frame;
        if (!frame.ParseFromArray(in_.data() + length_bytes, static_cast<int>(size)))
          throw std::runtime_error("the node sent something that is no frame");
        in_.erase(0, length_bytes + size);
        return frame;
      }
    }
    if (!fill(deadline))
      return std::nullopt;
  }
}

bool wire_connection::await_closed(milliseconds within) {
  const auto deadline = steady_clock::now() + within;
  while (!closed_) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    auto frame = read_frame(left);
    if (frame)
      last_words_ = std::move(frame);
    else if (!closed_ && steady_clock::now() >= deadline)
      return false;
  }
  return true;
}

weft::Hello wire_connection::greet() {
  weft::ClientFrame frame;
  frame.set_request_id(1);
  frame.mutable_hello()->set_version_min(1);
  frame.mutable_hello()->set_version_max(1);
  frame.mutable_hello()->set_software("weft-tests");
  write_frame(frame);
  const auto answer = read_frame();
  if (!answer || !answer->has_hello())
    throw std::runtime_error("the node did not greet");
  return answer->hello();
}

} // namespace weft::testing
