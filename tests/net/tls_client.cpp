#include "tests/net/tls_client.hpp"

#include "net/tls/openssl_error.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <algorithm>
#include <sys/socket.h>

namespace weft::testing {

tls_client::tls_client(std::uint16_t port, settings how)
    : how_(std::move(how)), wire_(port, how_.receive_buffer),
      context_(SSL_CTX_new(TLS_client_method())), in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
  // Old versions are offered only by whom the rules of today do not bind.
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), how_.version_min);
  SSL_CTX_set_max_proto_version(context_.get(), how_.version_max);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  REQUIRE(SSL_CTX_load_verify_file(context_.get(), how_.authority.c_str()) == 1);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
  SSL_set1_host(ssl_.get(), "localhost");
  if (how_.session != nullptr)
    SSL_set_session(ssl_.get(), how_.session);
}

bool tls_client::flush() {
  std::string piece(how_.piece, '\0');
  for (;;) {
    const auto count = BIO_read(out_, piece.data(), static_cast<int>(piece.size()));
    if (count <= 0)
      return true;
    if (!wire_.send_raw(std::string_view{piece}.substr(0, static_cast<std::size_t>(count))))
      return false;
  }
}

bool tls_client::fill() {
  std::string piece(how_.piece, '\0');
  const auto count = ::recv(wire_.socket(), piece.data(), piece.size(), 0);
  is_ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
  return count > 0 && BIO_write(in_, piece.data(), static_cast<int>(count)) == count;
}

bool tls_client::fail() {
  failure_ = net::take_openssl_error().text;
  return false;
}

bool tls_client::connect() {
  for (;;) {
    ERR_clear_error();
    const auto done = SSL_do_handshake(ssl_.get());
    const auto why = SSL_get_error(ssl_.get(), done);
    if (done != 1 && why != SSL_ERROR_WANT_READ) {
      fail();
      flush();
      return false;
    }
    if (!flush())
      return false;
    if (done == 1)
      return true;
    if (!fill())
      return false;
  }
}

bool tls_client::send_raw(std::string_view bytes) {
  ERR_clear_error();
  std::size_t count = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) != 1)
    return fail();
  return flush();
}

std::optional<ServerFrame> tls_client::receive() {
  for (;;) {
    if (received_.size() >= net::frame_header_bytes) {
      net::frame_decoder decoder;
      std::string_view lent = received_;
      const auto next = decoder.next(lent, 4u << 20);
      REQUIRE(next.status != net::frame_status::too_long);
      if (next.status == net::frame_status::complete) {
        ServerFrame out;
        REQUIRE(out.ParseFromArray(next.payload.data(), static_cast<int>(next.payload.size())));
        received_.erase(0, net::frame_header_bytes + next.payload.size());
        return out;
      }
    }
    char bytes[16 << 10];
    std::size_t count = 0;
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), bytes, sizeof bytes, &count) == 1) {
      received_.append(bytes, count);
      continue;
    }
    const auto why = SSL_get_error(ssl_.get(), 0);
    is_ended_ = why == SSL_ERROR_ZERO_RETURN;
    if (why != SSL_ERROR_WANT_READ || !flush() || !fill())
      return std::nullopt;
  }
}

ServerFrame tls_client::sign_in() {
  REQUIRE(connect());
  REQUIRE(send(hello_frame(1)));
  const auto hello = receive();
  REQUIRE(hello);
  REQUIRE(hello->has_hello());
  REQUIRE(send(login_frame(2)));
  const auto ready = receive();
  REQUIRE(ready);
  return *ready;
}

void tls_client::say_end() {
  SSL_shutdown(ssl_.get());
  flush();
}

} // namespace weft::testing
