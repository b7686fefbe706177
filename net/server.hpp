// The server of the client protocol: listener, I/O threads, limits.
#pragma once

#include "actors/limits.hpp"
#include "actors/presence_view.hpp"
#include "net/proto/weft.pb.h"
#include "net/server_certificate.hpp"
#include "net/session_host.hpp"
#include "net/status_source.hpp"
#include "storage/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace weft::net {

/// How to serve clients.
struct server_options {
  /// Address or name to listen on, and the port; 0 takes a free one.
  std::string host = "0.0.0.0";
  std::uint16_t port = 7400;
  /// Each client belongs to one of them. One serves some hundred thousand messages a second.
  std::size_t io_threads = 1;
  actors::limits limits;
  /// What heartbeats are answered with; outlives the server. Null: they tell of nobody.
  const actors::presence_view* presence = nullptr;
  /// HOST:PORT that Locate answers and status shows. Empty: Locate answers the address at which the
  /// asking client reached the node, status shows the one that is listened on.
  std::string advertised;
  /// Name and version that Hello shows.
  std::string software = "weftd/" WEFT_VERSION;
  /// Largest number of connections; 0: as many as the process may open files, less a reserve for
  /// the store and the links between nodes.
  std::size_t connections_max = 0;
  /// Clients are served by TLS with this certificate; null: in the clear.
  std::shared_ptr<const server_certificate> certificate;
};

/// What a server is busy with.
struct server_counters {
  std::size_t connections = 0;
  /// Signed in and connected.
  std::size_t live = 0;
  /// Sessions without a connection, in their grace.
  std::size_t detached = 0;
  std::size_t requests_in_flight_bytes = 0;
  /// Connections that ended before their TLS handshake was done, since the start.
  std::size_t failed_handshakes = 0;
};

/// Serves clients until it is stopped. Safe for use by several threads, but for `stop`.
class server {
public:
  /// Listens and serves. `host` and `status` must outlive the server. On failure the error is one
  /// line that says what to do: the port is taken, the address is not this machine's, the port is
  /// privileged.
  static result<std::unique_ptr<server>> start(const server_options& options, session_host& host,
                                               const status_source& status);
  /// Stops, without waiting for clients.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// HOST:PORT that is listened on.
  const std::string& address() const;
  std::uint16_t port() const;
  std::size_t connections_max() const;

  /// Connections that begin from now on are served with this certificate; those that there are go
  /// on with theirs. Only for a server that was started with one. Any thread.
  void use_certificate(std::shared_ptr<const server_certificate> next);

  server_counters counters() const;
  /// The node's status, with what only the server knows. Also after `stop`.
  Status status() const;

  /// Stops in order: says "stopping" in its status from now on, accepts nobody, tells each client
  /// that the node goes (`Closing`, `UNAVAILABLE`), lets it read that, ends the sessions. Takes
  /// `within` at most. Idempotent.
  void stop(std::chrono::milliseconds within);

private:
  struct impl;
  explicit server(std::unique_ptr<impl> what);

  std::unique_ptr<impl> impl_;
};

} // namespace weft::net
