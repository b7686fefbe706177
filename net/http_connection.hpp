// One client of the HTTP listener.
#pragma once

#include "net/proto/weft.pb.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace weft::net {

/// Reads one request after the other and answers it. Kept alive by its own pending operations, each
/// of which has a time limit.
class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  /// Counts itself in `open` as long as it lives. `describe` and `open` outlive it.
  http_connection(boost::asio::ip::tcp::socket socket, std::chrono::milliseconds patience,
                  const std::function<Status()>& describe, std::size_t& open);
  ~http_connection();
  http_connection(const http_connection&) = delete;
  http_connection& operator=(const http_connection&) = delete;

  void start();

private:
  using request = boost::beast::http::request<boost::beast::http::empty_body>;
  using response = boost::beast::http::response<boost::beast::http::string_body>;

  void on_read(boost::beast::error_code why);
  void on_written(boost::beast::error_code why);
  response answer(const request& asked);

  boost::beast::tcp_stream stream_;
  std::chrono::milliseconds patience_;
  const std::function<Status()>& describe_;
  std::size_t& open_;
  boost::beast::flat_buffer buffer_;
  /// Made anew for each request.
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> parser_;
  response response_;
};

} // namespace weft::net
