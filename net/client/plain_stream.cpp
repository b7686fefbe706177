#include "net/client/plain_stream.hpp"

#include "net/client/close_reason.hpp"

namespace weft::net::client {

using boost::asio::ip::tcp;
using boost::system::error_code;

plain_stream::plain_stream(tcp::socket socket) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
}

void plain_stream::read(std::span<char> to, std::shared_ptr<byte_stream_user> user) {
  socket_.async_read_some(boost::asio::buffer(to.data(), to.size()),
                          [self = shared_from_this(),
                           user = std::move(user)](const error_code& code, std::size_t size) {
                            if (code)
                              user->on_read(network_error("connection lost", code));
                            else
                              user->on_read(size);
                          });
}

io_result plain_stream::write(std::string_view from) {
  return write_socket(socket_.native_handle(), from);
}

void plain_stream::await_writable(std::shared_ptr<byte_stream_user> user) {
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this(), user = std::move(user)](
                                                  const error_code&) { user->on_writable(); });
}

void plain_stream::close() {
  error_code ignored;
  socket_.close(ignored);
}

void plain_stream::reset_on_close() {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

} // namespace weft::net::client
