#include "net/tls/tls_socket.hpp"

#include <openssl/err.h>

namespace weft::net {

namespace {

/// Read in one turn beside what the caller has room for: a handshake's messages, or a record's
/// frame. A client that sends more of them waits for its next turn.
constexpr std::size_t allowance_beside = 32u << 10;

} // namespace

tls_socket::tls_socket(ssl_handle ssl, int socket) : socket_{socket, 0}, ssl_(std::move(ssl)) {
  auto* bio = make_socket_bio(socket_).release();
  // Both directions take it over, as one reference.
  SSL_set_bio(ssl_.get(), bio, bio);
}

io_result tls_socket::handshake() {
  if (is_over())
    return {over_, 0};
  socket_.allowance = allowance_beside;
  ERR_clear_error();
  if (SSL_do_handshake(ssl_.get()) != 1)
    return {read_needs_ = write_needs_ = why_not(), 0};
  read_needs_ = io_status::wants_read;
  write_needs_ = io_status::wants_write;
  // The peer's first words may have come in one piece with its last of the handshake.
  holds_bytes_ = SSL_has_pending(ssl_.get()) == 1;
  return {io_status::moved, 0};
}

io_result tls_socket::read(std::span<char> to) {
  holds_bytes_ = false;
  if (is_over())
    return {over_, 0};
  socket_.allowance = to.size() + allowance_beside;
  read_needs_ = io_status::wants_read;
  std::size_t filled = 0;
  // A record at a time, of 16 KiB at most.
  while (filled < to.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    if (SSL_read_ex(ssl_.get(), to.data() + filled, to.size() - filled, &count) != 1) {
      const auto status = why_not();
      if (!is_over())
        read_needs_ = status;
      if (filled == 0)
        return {status, 0};
      // Told with the next call, for which the socket gives no reason any more.
      holds_bytes_ = is_over();
      return {io_status::moved, filled};
    }
    filled += count;
    if (SSL_has_pending(ssl_.get()) != 1)
      return {io_status::moved, filled};
  }
  holds_bytes_ = true;
  return {io_status::moved, filled};
}

io_result tls_socket::write(std::string_view from) {
  if (over_ == io_status::broken)
    return {over_, 0};
  // Within the handshake, writing reads.
  socket_.allowance = allowance_beside;
  write_needs_ = io_status::wants_write;
  std::size_t written = 0;
  while (written < from.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    if (SSL_write_ex(ssl_.get(), from.data() + written, from.size() - written, &count) != 1) {
      const auto status = why_not();
      if (status != io_status::wants_read && status != io_status::wants_write)
        return {io_status::broken, 0};
      write_needs_ = status;
      return {written > 0 ? io_status::moved : status, written};
    }
    written += count;
  }
  return {io_status::moved, written};
}

void tls_socket::shut_writing() {
  if (!is_open() || over_ == io_status::broken)
    return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

io_status tls_socket::why_not() {
  switch (SSL_get_error(ssl_.get(), 0)) {
  case SSL_ERROR_WANT_READ:
    return io_status::wants_read;
  case SSL_ERROR_WANT_WRITE:
    return io_status::wants_write;
  case SSL_ERROR_ZERO_RETURN:
    return over_ = io_status::ended;
  default:
    failure_ = take_openssl_error();
    return over_ = io_status::broken;
  }
}

} // namespace weft::net
