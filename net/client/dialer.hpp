// Finds a server that answers.
#pragma once

#include "net/client/byte_stream.hpp"
#include "net/client/server_address.hpp"
#include "storage/result.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace weft::net::client {

class tls_stream;

/// Tries servers one after another, all addresses of each, until one accepts and, where TLS is
/// asked for, has proved who it is. Kept alive by its own pending operations. Not thread-safe.
class dialer : public std::enable_shared_from_this<dialer> {
public:
  using done = std::function<void(result<std::shared_ptr<byte_stream>>)>;

  /// `each` bounds the time that one server may take.
  dialer(boost::asio::io_context& io, std::vector<server_address> servers,
         std::chrono::milliseconds each);

  /// Begins with the server of index `first`. `finished` is called once, later, unless `cancel`
  /// comes before; a failure tells what kept the last server from answering:
  /// "cannot reach HOST:PORT: connection refused", or why TLS was refused (tls_stream.hpp).
  void dial(std::size_t first, done finished);
  void cancel();

  /// The server that the last try was about.
  std::size_t index() const { return index_; }

private:
  void try_next();
  void on_resolved(const boost::system::error_code& code,
                   const boost::asio::ip::tcp::resolver::results_type& found);
  void on_connected(const boost::system::error_code& code);
  void on_secured(const result<void>& outcome);
  /// Words for a code, or for the time that was over.
  error cannot_reach(const boost::system::error_code& code) const;
  void on_failed(const error& why);
  void finish(result<std::shared_ptr<byte_stream>> outcome);
  void close();

  std::vector<server_address> servers_;
  std::chrono::milliseconds each_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  /// The connection of the present try, while TLS begins.
  std::shared_ptr<tls_stream> securing_;
  boost::asio::steady_timer timer_;
  done finished_;
  std::size_t index_ = 0;
  std::size_t tries_left_ = 0;
  bool timed_out_ = false;
};

} // namespace weft::net::client
