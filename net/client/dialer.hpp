// Finds a server that answers.
#pragma once

#include "net/client/server_address.hpp"
#include "storage/result.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace weft::net::client {

/// Tries servers one after another, all addresses of each, until one accepts. Kept alive by its
/// own pending operations. Not thread-safe.
class dialer : public std::enable_shared_from_this<dialer> {
public:
  using done = std::function<void(result<boost::asio::ip::tcp::socket>)>;

  /// `each` bounds the time that one server may take.
  dialer(boost::asio::io_context& io, std::vector<server_address> servers,
         std::chrono::milliseconds each);

  /// Begins with the server of index `first`. `finished` is called once, later, unless `cancel`
  /// comes before; a failure tells what kept the last server from answering:
  /// "cannot reach HOST:PORT: connection refused".
  void dial(std::size_t first, done finished);
  void cancel();

  /// The server that the last try was about.
  std::size_t index() const { return index_; }

private:
  void try_next();
  void on_resolved(const boost::system::error_code& code,
                   const boost::asio::ip::tcp::resolver::results_type& found);
  void on_connected(const boost::system::error_code& code);
  void on_failed(const boost::system::error_code& code);
  void finish(result<boost::asio::ip::tcp::socket> outcome);

  std::vector<server_address> servers_;
  std::chrono::milliseconds each_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  done finished_;
  std::size_t index_ = 0;
  std::size_t tries_left_ = 0;
  bool timed_out_ = false;
};

} // namespace weft::net::client
