#include "net/client/dialer.hpp"

#include "net/client/close_reason.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>

namespace weft::net::client {

using boost::asio::ip::tcp;
using boost::system::error_code;

dialer::dialer(boost::asio::io_context& io, std::vector<server_address> servers,
               std::chrono::milliseconds each)
    : servers_(std::move(servers)), each_(each), resolver_(io), socket_(io), timer_(io) {}

void dialer::dial(std::size_t first, done finished) {
  finished_ = std::move(finished);
  tries_left_ = servers_.size();
  index_ = first % servers_.size();
  try_next();
}

void dialer::try_next() {
  const auto attempt = --tries_left_;
  timed_out_ = false;
  timer_.expires_after(each_);
  timer_.async_wait([self = shared_from_this(), attempt](const error_code& code) {
    if (code || !self->finished_ || self->tries_left_ != attempt)
      return;
    self->timed_out_ = true;
    error_code ignored;
    self->resolver_.cancel();
    self->socket_.close(ignored);
  });
  const auto& server = servers_[index_];
  // A number needs no resolver, which would start a thread.
  error_code is_name;
  const auto address = boost::asio::ip::make_address(server.host, is_name);
  if (!is_name) {
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(std::stoul(server.port)));
    return on_resolved({}, tcp::resolver::results_type::create(endpoint, server.host, server.port));
  }
  resolver_.async_resolve(
      server.host, server.port,
      [self = shared_from_this()](const error_code& code, tcp::resolver::results_type found) {
        self->on_resolved(code, found);
      });
}

void dialer::on_resolved(const error_code& code, const tcp::resolver::results_type& found) {
  if (!finished_)
    return;
  if (code || timed_out_)
    return on_failed(code);
  boost::asio::async_connect(
      socket_, found, [self = shared_from_this()](const error_code& outcome, const tcp::endpoint&) {
        self->on_connected(outcome);
      });
}

void dialer::on_connected(const error_code& code) {
  if (!finished_)
    return;
  if (code || timed_out_)
    return on_failed(code);
  finish(std::move(socket_));
}

void dialer::on_failed(const error_code& code) {
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (tries_left_ > 0) {
    index_ = (index_ + 1) % servers_.size();
    return try_next();
  }
  const auto attempted = "cannot reach " + to_text(servers_[index_]);
  finish(network_error(attempted, timed_out_ ? boost::asio::error::timed_out : code));
}

void dialer::finish(result<tcp::socket> outcome) {
  timer_.cancel();
  auto finished = std::move(finished_);
  finished_ = nullptr;
  finished(std::move(outcome));
}

void dialer::cancel() {
  finished_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

} // namespace weft::net::client
