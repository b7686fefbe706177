// The floor: what the kernel alone costs for the traffic of a run.
#pragma once

#include "storage/result.hpp"

#include <cstdint>
#include <sys/types.h>

namespace weft::bench {

/// A bare relay in a process of its own: one thread, epoll, no storage, no protocol beyond the
/// frame's length. It acknowledges the sender, forwards to the partner, and writes once per
/// connection and turn. Whatever a server costs above it is the server's own.
class floor_relay {
public:
  /// Forks; to be called while the program has one thread. It listens on a free port of the
  /// loopback interface and waits for work without using any time.
  static result<floor_relay> start();

  floor_relay(floor_relay&& other) noexcept;
  floor_relay& operator=(floor_relay&&) = delete;
  /// Ends the process.
  ~floor_relay();

  std::uint16_t port() const { return port_; }
  pid_t process() const { return process_; }

private:
  floor_relay(pid_t process, std::uint16_t port) : process_(process), port_(port) {}

  pid_t process_;
  std::uint16_t port_;
};

} // namespace weft::bench
