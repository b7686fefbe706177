#include "tests/net/raw_client.hpp"

#include "tests/net/eventually.hpp"
#include "tests/net/sample_ids.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace weft::testing {

raw_client::raw_client(std::uint16_t port, int receive_buffer, in_addr host)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  REQUIRE(socket_ >= 0);
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr = host;
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
}

raw_client::~raw_client() {
  close();
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), decoder_(std::move(other.decoder_)) {}

void raw_client::close() {
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = -1;
}

void raw_client::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void raw_client::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool raw_client::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t raw_client::send_some(std::string_view bytes) {
  const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool raw_client::send(const ClientFrame& frame) {
  return send_raw(bytes_of(frame));
}

std::optional<ServerFrame> raw_client::receive() {
  for (;;) {
    const auto next = decoder_.next(lent_, 4u << 20);
    REQUIRE(next.status != net::frame_status::too_long);
    if (next.status == net::frame_status::complete) {
      ServerFrame out;
      REQUIRE(out.ParseFromArray(next.payload.data(), static_cast<int>(next.payload.size())));
      return out;
    }
    decoder_.keep(lent_);
    lent_ = {};
    read_.resize(64u << 10);
    const auto count = ::recv(socket_, read_.data(), read_.size(), 0);
    if (count <= 0)
      return std::nullopt;
    lent_ = std::string_view{read_}.substr(0, static_cast<std::size_t>(count));
  }
}

std::optional<ServerFrame> raw_client::receive_reply(std::uint64_t request) {
  while (auto frame = receive())
    if (frame->request_id() == request)
      return frame;
  return std::nullopt;
}

bool raw_client::is_closed() {
  if (decoder_.next(lent_, 4u << 20).status == net::frame_status::complete)
    return false;
  char byte = 0;
  const auto count = ::recv(socket_, &byte, 1, 0);
  return count == 0 || (count < 0 && errno == ECONNRESET);
}

ServerFrame raw_client::hello() {
  REQUIRE(send(hello_frame(1)));
  const auto frame = receive();
  REQUIRE(frame);
  return *frame;
}

ServerFrame raw_client::sign_in(const std::string& password) {
  hello();
  REQUIRE(send(login_frame(2, password)));
  const auto frame = receive();
  REQUIRE(frame);
  return *frame;
}

std::string bytes_of(const ClientFrame& frame) {
  const auto payload = frame.SerializeAsString();
  const auto header = net::frame_header(payload.size());
  return std::string{header.data(), header.size()} + payload;
}

ClientFrame hello_frame(std::uint64_t request, std::uint32_t version_min,
                        std::uint32_t version_max) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_hello()->set_version_min(version_min);
  out.mutable_hello()->set_version_max(version_max);
  out.mutable_hello()->set_software("test");
  return out;
}

ClientFrame login_frame(std::uint64_t request, const std::string& password) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_login()->set_name("ann");
  out.mutable_login()->set_password(password);
  out.mutable_login()->set_device_id(sample_device());
  return out;
}

ClientFrame heartbeat_frame(std::uint64_t request) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_heartbeat();
  return out;
}

ClientFrame send_frame(std::uint64_t request, const std::string& body) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_send()->set_op_id(sample_op());
  out.mutable_send()->set_thread(to_bytes(sample_thread()));
  out.mutable_send()->set_body(body);
  return out;
}

ClientFrame history_frame(std::uint64_t request) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_history()->set_thread(to_bytes(sample_thread()));
  return out;
}

ClientFrame status_frame(std::uint64_t request) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_status();
  return out;
}

ClientFrame locate_frame(std::uint64_t request) {
  ClientFrame out;
  out.set_request_id(request);
  out.mutable_locate();
  return out;
}

} // namespace weft::testing
