#include "tests/net/client/tls_server.hpp"

#include "net/client/frame_length.hpp"
#include "net/proto/weft.pb.h"

#include <doctest/doctest.h>

#include <csignal>
#include <optional>
#include <sys/socket.h>

namespace weft::net::client::test {

using boost::asio::ip::tcp;

namespace {

bool read_all(SSL& ssl, std::string& to) {
  std::size_t done = 0;
  while (done < to.size()) {
    std::size_t count = 0;
    if (SSL_read_ex(&ssl, to.data() + done, to.size() - done, &count) != 1)
      return false;
    done += count;
  }
  return true;
}

std::optional<std::string> read_frame(SSL& ssl) {
  std::string head(frame_length_bytes, '\0');
  if (!read_all(ssl, head))
    return std::nullopt;
  std::string body(get_frame_length(head), '\0');
  if (!read_all(ssl, body))
    return std::nullopt;
  return body;
}

bool write_frame(SSL& ssl, const std::string& body) {
  std::string bytes;
  put_frame_length(bytes, body.size());
  bytes += body;
  std::size_t count = 0;
  return SSL_write_ex(&ssl, bytes.data(), bytes.size(), &count) == 1;
}

std::string hello() {
  weft::ServerFrame frame;
  frame.set_request_id(1);
  frame.mutable_hello()->set_version(1);
  frame.mutable_hello()->set_heartbeat_interval_ms(10'000);
  return frame.SerializeAsString();
}

} // namespace

tls_server::tls_server(const weft::testing::test_authority::issued& certificate, settings how)
    : how_(how), context_(SSL_CTX_new(TLS_server_method())),
      acceptor_(io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
  // OpenSSL writes to a socket like to a file.
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), how.version_min);
  SSL_CTX_set_max_proto_version(context_.get(), how.version_max);
  REQUIRE(SSL_CTX_use_certificate_chain_file(context_.get(), certificate.chain.c_str()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey_file(context_.get(), certificate.key.c_str(), SSL_FILETYPE_PEM) ==
          1);
  thread_ = std::thread{[this] { run(); }};
}

tls_server::~tls_server() {
  is_stopping_ = true;
  if (const int open = current_; open >= 0)
    ::shutdown(open, SHUT_RDWR);
  // The one that it waits for.
  boost::asio::io_context io;
  tcp::socket last{io};
  boost::system::error_code ignored;
  last.connect(acceptor_.local_endpoint(), ignored);
  last.close(ignored);
  thread_.join();
}

void tls_server::run() {
  while (!is_stopping_) {
    auto socket = acceptor_.accept();
    ++accepted_;
    if (how_.closes_at_once || is_stopping_)
      continue;
    current_ = socket.native_handle();
    serve(socket.native_handle());
    current_ = -1;
  }
}

void tls_server::serve(int socket) {
  const net::ssl_handle ssl{SSL_new(context_.get())};
  SSL_set_fd(ssl.get(), socket);
  if (SSL_accept(ssl.get()) != 1)
    return;
  if (!read_frame(*ssl) || !write_frame(*ssl, hello()))
    return;
  ++greeted_;
  resumed_ += SSL_session_reused(ssl.get()) == 1 ? 1 : 0;
  while (const auto frame = read_frame(*ssl)) {
    weft::ServerFrame push;
    push.mutable_deliver()->add_events()->mutable_message()->set_body(*frame);
    if (!write_frame(*ssl, push.SerializeAsString()))
      return;
  }
}

} // namespace weft::net::client::test
