#include "net/client/dialer.hpp"

#include "net/client/close_reason.hpp"
#include "net/client/plain_stream.hpp"
#include "net/client/tls_stream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>

namespace weft::net::client {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Endpoints that need no resolver, which would start a thread: of a number, and of "localhost",
/// which is this machine everywhere (RFC 6761, 6.3), also where no file of hosts says so.
std::vector<tcp::endpoint> known_endpoints(const server_address& server) {
  namespace ip = boost::asio::ip;
  const auto port = static_cast<std::uint16_t>(std::stoul(server.port));
  if (server.host == "localhost")
    return {{ip::address_v4::loopback(), port}, {ip::address_v6::loopback(), port}};
  error_code is_name;
  const auto address = ip::make_address(server.host, is_name);
  if (is_name)
    return {};
  return {{address, port}};
}

} // namespace

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
    self->close();
  });
  const auto& server = servers_[index_];
  const auto known = known_endpoints(server);
  if (!known.empty())
    return on_resolved({}, tcp::resolver::results_type::create(known.begin(), known.end(),
                                                               server.host, server.port));
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
    return on_failed(cannot_reach(code));
  boost::asio::async_connect(
      socket_, found, [self = shared_from_this()](const error_code& outcome, const tcp::endpoint&) {
        self->on_connected(outcome);
      });
}

void dialer::on_connected(const error_code& code) {
  if (!finished_)
    return;
  if (code || timed_out_)
    return on_failed(cannot_reach(code));
  const auto& server = servers_[index_];
  if (!server.by.tls)
    return finish({std::make_shared<plain_stream>(std::move(socket_))});
  const auto authorities = server.by.authorities
                               ? result<std::shared_ptr<trust>>{server.by.authorities}
                               : trust::of_system();
  if (!authorities)
    return on_failed(authorities.failure());
  securing_ = std::make_shared<tls_stream>(std::move(socket_), server, *authorities);
  securing_->handshake(
      [self = shared_from_this()](const result<void>& outcome) { self->on_secured(outcome); });
}

void dialer::on_secured(const result<void>& outcome) {
  if (!finished_)
    return;
  if (timed_out_)
    return on_failed(cannot_reach({}));
  if (!outcome)
    return on_failed(outcome.failure());
  finish({std::exchange(securing_, nullptr)});
}

error dialer::cannot_reach(const error_code& code) const {
  return network_error("cannot reach " + to_text(servers_[index_]),
                       timed_out_ ? boost::asio::error::timed_out : code);
}

void dialer::on_failed(const error& why) {
  timer_.cancel();
  close();
  if (tries_left_ == 0)
    return finish(why);
  index_ = (index_ + 1) % servers_.size();
  try_next();
}

void dialer::finish(result<std::shared_ptr<byte_stream>> outcome) {
  timer_.cancel();
  auto finished = std::move(finished_);
  finished_ = nullptr;
  finished(std::move(outcome));
}

void dialer::cancel() {
  finished_ = nullptr;
  timer_.cancel();
  close();
}

void dialer::close() {
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (const auto securing = std::exchange(securing_, nullptr))
    securing->close();
}

} // namespace weft::net::client
