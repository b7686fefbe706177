// The listening socket of the server.
#pragma once

#include "net/server_context.hpp"
#include "net/timing_wheel.hpp"
#include "storage/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace weft::net {

/// Accepts clients up to the limit of connections: who comes beyond it is told so and closed. When
/// the process has no file left, accepting pauses, and those who wait stay in the kernel's queue.
/// Belongs to one I/O thread.
class listener final : public wheel_entry {
public:
  /// Listens on HOST (a name or an address) and port; 0 takes a free one. Errors say what to do.
  static result<std::unique_ptr<listener>> open(const std::string& host, std::uint16_t port,
                                                server_context& shared);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Who gets what is accepted, to be closed by him; it has been counted as a connection.
  void on_accepted(std::function<void(int socket)> place) { place_ = std::move(place); }

  int socket() const { return socket_; }
  /// The port that is listened on.
  std::uint16_t port() const { return port_; }
  /// HOST:PORT of the listening socket.
  std::string address() const;

  enum class accept_result { done, out_of_files };
  /// Accepts who waits, a bounded number.
  accept_result accept();

private:
  listener(int socket, std::uint16_t port, server_context& shared)
      : socket_(socket), port_(port), shared_(shared) {}

  void take(int socket);

  int socket_;
  std::uint16_t port_;
  server_context& shared_;
  std::function<void(int socket)> place_;
};

/// How long accepting pauses when the process has no file left.
inline constexpr clock_ms accept_pause_ms = 100;

} // namespace weft::net
