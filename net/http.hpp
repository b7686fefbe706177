// The small HTTP listener: health and status.
#pragma once

#include "net/proto/weft.pb.h"
#include "storage/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace weft::net {

/// How to serve HTTP.
struct http_options {
  /// Address or name to listen on, and the port; 0 takes a free one.
  std::string host = "0.0.0.0";
  std::uint16_t port = 7480;
  /// Beyond it a connection is closed as soon as it is accepted: health checks need few.
  std::size_t connections_max = 64;
  /// A request must be read, and its answer taken, within this time each.
  std::chrono::milliseconds patience{10'000};
};

/// GET /health: 200 "ok", or 503 with the node's state when that is not "serving".
/// GET /status: the Status message as canonical protobuf JSON, to clients on this machine only.
/// Anything else: 404. Has one thread of its own.
class http_server {
public:
  /// `describe` is called on the HTTP thread for each request; it must be quick and outlive the
  /// server. Errors as for `server::start`.
  static result<std::unique_ptr<http_server>> start(const http_options& options,
                                                    std::function<Status()> describe);
  /// Closes what is open and ends the thread.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// HOST:PORT that is listened on.
  const std::string& address() const;
  std::uint16_t port() const;

private:
  struct impl;
  explicit http_server(std::unique_ptr<impl> what);

  std::unique_ptr<impl> impl_;
};

} // namespace weft::net
