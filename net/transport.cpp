#include "net/transport.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace weft::net {

io_result transport::read(std::span<char> to) {
  return tls_ ? tls_->read(to) : read_socket(socket_, to);
}

io_result transport::write(std::string_view from) {
  return tls_ ? tls_->write(from) : write_socket(socket_, from);
}

void transport::shut_writing() {
  if (tls_)
    tls_->shut_writing();
  ::shutdown(socket_, SHUT_WR);
}

void transport::close() {
  if (is_closed())
    return;
  tls_.reset();
  ::close(socket_);
  socket_ = -1;
}

interest transport::watch_for(bool reading, bool writing) const {
  const auto reads = (reading && read_needs() == io_status::wants_read) ||
                     (writing && write_needs() == io_status::wants_read);
  const auto writes = (reading && read_needs() == io_status::wants_write) ||
                      (writing && write_needs() == io_status::wants_write);
  if (reads)
    return writes ? interest::read_and_write : interest::read;
  return writes ? interest::write : interest::none;
}

} // namespace weft::net
