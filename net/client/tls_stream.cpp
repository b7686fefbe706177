#include "net/client/tls_stream.hpp"

#include "net/client/close_reason.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <openssl/sslerr.h>

namespace weft::net::client {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

tcp::socket::wait_type wait_for(io_status need) {
  return need == io_status::wants_write ? tcp::socket::wait_write : tcp::socket::wait_read;
}

error lost(const openssl_error& why) {
  return {errc::unavailable,
          "connection lost: " + (why.text.empty() ? "closed by the server" : why.text)};
}

} // namespace

tls_stream::tls_stream(tcp::socket socket, const server_address& server,
                       std::shared_ptr<trust> authorities)
    : socket_(std::move(socket)), server_(server),
      authorities_(std::move(authorities)), check_{server.host, server.port, nullptr, {}},
      tls_(authorities_->connect(check_), socket_.native_handle()) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
}

void tls_stream::handshake(done finished) {
  finished_ = std::move(finished);
  boost::asio::post(executor(), [self = shared_from_this()] { self->go_on_with_handshake(); });
}

void tls_stream::go_on_with_handshake() {
  if (!socket_.is_open())
    return std::exchange(finished_, nullptr)(error{errc::unavailable, "the connection was closed"});
  const auto how = tls_.handshake();
  if (how.status == io_status::moved)
    return std::exchange(finished_, nullptr)({});
  if (how.status == io_status::ended || how.status == io_status::broken)
    return std::exchange(finished_, nullptr)(why_refused());
  socket_.async_wait(wait_for(how.status), [self = shared_from_this()](const error_code&) {
    self->go_on_with_handshake();
  });
}

error tls_stream::why_refused() const {
  const auto where = to_text(server_);
  if (!check_.refusal.empty())
    return {errc::untrusted, "cannot trust " + where + ": " + check_.refusal};
  const auto& why = tls_.failure();
  switch (why.tls_reason) {
  case SSL_R_WRONG_VERSION_NUMBER:
  case SSL_R_PACKET_LENGTH_TOO_LONG:
  case SSL_R_HTTP_REQUEST:
    return {errc::bad_version,
            server_.host + ":" + server_.port +
                " does not speak TLS: without TLS its address is written tcp://" + server_.host +
                ":" + server_.port + ", and all can be read on the way"};
  case SSL_R_UNSUPPORTED_PROTOCOL:
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
  case SSL_R_VERSION_TOO_LOW:
    return {errc::bad_version, where + " speaks neither TLS 1.2 nor 1.3"};
  case SSL_R_TLSV1_ALERT_INTERNAL_ERROR:
    return {errc::unavailable, where + " takes no connection now"};
  default:
    return {errc::unavailable, "the TLS handshake with " + where + " failed: " +
                                   (why.text.empty() ? "closed by the server" : why.text)};
  }
}

void tls_stream::read(std::span<char> to, std::shared_ptr<byte_stream_user> user) {
  // What TLS holds already, the socket does not tell of.
  if (tls_.holds_bytes())
    return boost::asio::post(executor(), [self = shared_from_this(), to, user = std::move(user)] {
      self->try_read(to, user);
    });
  socket_.async_wait(wait_for(tls_.read_needs()), [self = shared_from_this(), to,
                                                   user = std::move(user)](const error_code& code) {
    if (code)
      user->on_read(network_error("connection lost", code));
    else
      self->try_read(to, user);
  });
}

void tls_stream::try_read(std::span<char> to, std::shared_ptr<byte_stream_user> user) {
  if (!socket_.is_open())
    return user->on_read(network_error("connection lost", boost::asio::error::operation_aborted));
  const auto got = tls_.read(to);
  if (got.status == io_status::moved)
    user->on_read(got.count);
  else if (got.status == io_status::ended || got.status == io_status::broken)
    user->on_read(lost(tls_.failure()));
  else
    read(to, std::move(user));
}

io_result tls_stream::write(std::string_view from) {
  // The number of a closed socket may be another one's by now.
  return socket_.is_open() ? tls_.write(from) : io_result{io_status::broken, 0};
}

void tls_stream::await_writable(std::shared_ptr<byte_stream_user> user) {
  socket_.async_wait(wait_for(tls_.write_needs()),
                     [self = shared_from_this(), user = std::move(user)](const error_code&) {
                       user->on_writable();
                     });
}

void tls_stream::close() {
  if (!socket_.is_open())
    return;
  tls_.shut_writing();
  error_code ignored;
  socket_.close(ignored);
}

void tls_stream::reset_on_close() {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

} // namespace weft::net::client
