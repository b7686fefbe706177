#include "net/http.hpp"

#include "net/http_connection.hpp"
#include "net/listening_socket.hpp"
#include "net/peer_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <thread>

namespace weft::net {

namespace {

namespace asio = boost::asio;

/// How long accepting pauses when the process has no file left.
constexpr std::chrono::milliseconds pause{100};

bool is_v6(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6;
}

} // namespace

struct http_server::impl {
  impl(const http_options& chosen, std::function<Status()> source)
      : options(chosen), describe(std::move(source)) {}

  result<void> open() {
    const auto socket = open_listening_socket(options.host, options.port);
    if (!socket)
      return socket.failure();
    acceptor.assign(is_v6(*socket) ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), *socket);
    address = local_address(*socket);
    return {};
  }

  void accept() {
    acceptor.async_accept([this](boost::system::error_code why, asio::ip::tcp::socket socket) {
      if (why) {
        timer.expires_after(pause);
        return timer.async_wait([this](boost::system::error_code) { accept(); });
      }
      // One that is closed at once has been told: health checks take that for a failure.
      if (open_connections < options.connections_max)
        std::make_shared<http_connection>(std::move(socket), options.patience, describe,
                                          open_connections)
            ->start();
      accept();
    });
  }

  http_options options;
  std::function<Status()> describe;
  std::string address;
  /// Counted by the connections themselves; for the one thread.
  std::size_t open_connections = 0;
  asio::io_context context{1};
  asio::ip::tcp::acceptor acceptor{context};
  asio::steady_timer timer{context};
  std::thread thread;
};

result<std::unique_ptr<http_server>> http_server::start(const http_options& options,
                                                        std::function<Status()> describe) {
  auto made = std::make_unique<impl>(options, std::move(describe));
  if (auto opened = made->open(); !opened)
    return opened.failure();
  made->accept();
  made->thread = std::thread{[context = &made->context] { context->run(); }};
  return std::unique_ptr<http_server>{new http_server{std::move(made)}};
}

http_server::http_server(std::unique_ptr<impl> what) : impl_(std::move(what)) {}

http_server::~http_server() {
  impl_->context.stop();
  impl_->thread.join();
}

const std::string& http_server::address() const {
  return impl_->address;
}

std::uint16_t http_server::port() const {
  return port_of(impl_->acceptor.native_handle());
}

} // namespace weft::net
