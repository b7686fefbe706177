// Bytes to and from one server in the clear.
#pragma once

#include "net/client/byte_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace weft::net::client {

/// A TCP connection as it is.
class plain_stream final : public byte_stream, public std::enable_shared_from_this<plain_stream> {
public:
  /// `socket` is connected.
  explicit plain_stream(boost::asio::ip::tcp::socket socket);

  void read(std::span<char> to, std::shared_ptr<byte_stream_user> user) override;
  io_result write(std::string_view from) override;
  void await_writable(std::shared_ptr<byte_stream_user> user) override;
  void close() override;
  void reset_on_close() override;
  bool is_encrypted() const override { return false; }
  boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

private:
  boost::asio::ip::tcp::socket socket_;
};

} // namespace weft::net::client
