#include "net/http_connection.hpp"

#include "net/peer_address.hpp"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <google/protobuf/util/json_util.h>

#include <string>

namespace weft::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

/// A request line and what browsers, proxies and health checks send with it.
constexpr std::uint32_t header_bytes_max = 8u << 10;
/// What is read ahead of one connection.
constexpr std::size_t buffer_bytes_max = 16u << 10;

/// "serving" when the source says nothing: then there is nothing to complain about.
std::string state_of(const Status& status) {
  const auto known = status.nodes_size() > 0 && !status.nodes(0).state().empty();
  return known ? status.nodes(0).state() : "serving";
}

std::string json_of(const Status& status) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(status, &out, options).ok())
    out = "{}";
  return out + "\n";
}

} // namespace

http_connection::http_connection(boost::asio::ip::tcp::socket socket,
                                 std::chrono::milliseconds patience,
                                 const std::function<Status()>& describe, std::size_t& open)
    : stream_(std::move(socket)), patience_(patience), describe_(describe), open_(open),
      buffer_(buffer_bytes_max) {
  ++open_;
}

http_connection::~http_connection() {
  --open_;
}

void http_connection::start() {
  parser_.emplace();
  parser_->header_limit(header_bytes_max);
  stream_.expires_after(patience_);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code why, std::size_t) { self->on_read(why); });
}

void http_connection::on_read(beast::error_code why) {
  // Whatever is wrong with a request, its connection is closed: there is nothing to be said to it.
  if (why)
    return;
  response_ = answer(parser_->get());
  stream_.expires_after(patience_);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](beast::error_code failure, std::size_t) {
                      self->on_written(failure);
                    });
}

void http_connection::on_written(beast::error_code why) {
  if (why)
    return;
  if (response_.keep_alive())
    return start();
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
}

http_connection::response http_connection::answer(const request& asked) {
  response out{http::status::not_found, asked.version()};
  out.set(http::field::content_type, "text/plain; charset=utf-8");
  out.set(http::field::cache_control, "no-store");
  out.keep_alive(asked.keep_alive());
  out.body() = "not found\n";
  const auto is_get = asked.method() == http::verb::get;
  if (is_get && asked.target() == "/health") {
    const auto state = state_of(describe_());
    out.result(state == "serving" ? http::status::ok : http::status::service_unavailable);
    out.body() = (state == "serving" ? "ok" : state) + "\n";
  } else if (is_get && asked.target() == "/status" &&
             is_from_this_machine(stream_.socket().native_handle())) {
    out.result(http::status::ok);
    out.set(http::field::content_type, "application/json");
    out.body() = json_of(describe_());
  }
  out.prepare_payload();
  return out;
}

} // namespace weft::net
