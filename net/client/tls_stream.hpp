// Bytes to and from one server by TLS.
#pragma once

#include "net/client/byte_stream.hpp"
#include "net/client/server_address.hpp"
#include "net/client/trust.hpp"
#include "net/tls/tls_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>

namespace weft::net::client {

/// TLS over a TCP connection, the server's certificate checked.
class tls_stream final : public byte_stream, public std::enable_shared_from_this<tls_stream> {
public:
  /// `socket` is connected to `server`; `authorities` outlives the stream, which keeps it.
  tls_stream(boost::asio::ip::tcp::socket socket, const server_address& server,
             std::shared_ptr<trust> authorities);

  using done = std::function<void(result<void>)>;
  /// Once, before anything else. `finished` is called later. On failure the error says in one line
  /// why, and what to do: `untrusted` for a certificate that is refused, `bad_version` for a server
  /// that does not speak TLS, or none that is safe.
  void handshake(done finished);

  void read(std::span<char> to, std::shared_ptr<byte_stream_user> user) override;
  io_result write(std::string_view from) override;
  void await_writable(std::shared_ptr<byte_stream_user> user) override;
  void close() override;
  void reset_on_close() override;
  bool is_encrypted() const override { return true; }
  boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

private:
  void go_on_with_handshake();
  void try_read(std::span<char> to, std::shared_ptr<byte_stream_user> user);
  error why_refused() const;

  boost::asio::ip::tcp::socket socket_;
  server_address server_;
  std::shared_ptr<trust> authorities_;
  server_check check_;
  tls_socket tls_;
  done finished_;
};

} // namespace weft::net::client
