#include "net/tls/socket_io.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/types.h>

namespace weft::net {

namespace {

/// EINTR cannot come of calls that do not wait, but costs nothing to try again later.
bool may_pass(int code) {
  return code == EAGAIN || code == EINTR;
}

} // namespace

io_result read_socket(int socket, std::span<char> to) {
  const auto count = ::recv(socket, to.data(), to.size(), MSG_DONTWAIT);
  if (count > 0)
    return {io_status::moved, static_cast<std::size_t>(count)};
  if (count == 0)
    return {io_status::ended, 0};
  return {may_pass(errno) ? io_status::wants_read : io_status::broken, 0};
}

io_result write_socket(int socket, std::string_view from) {
  const auto count = ::send(socket, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count > 0)
    return {io_status::moved, static_cast<std::size_t>(count)};
  return {count == 0 || may_pass(errno) ? io_status::wants_write : io_status::broken, 0};
}

} // namespace weft::net
