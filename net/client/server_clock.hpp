// The server's clock as this client knows it.
#pragma once

#include "storage/ids.hpp"

#include <chrono>

namespace weft::net::client {

/// Follows the server's clock by the steady clock of this machine, from the time that Hello told:
/// operation ids must be made by it, since the clocks of clients are wrong.
class server_clock {
public:
  using instant = std::chrono::steady_clock::time_point;

  /// Hello said that the server's clock stands at `server`.
  void set(time_ms server, instant now = std::chrono::steady_clock::now()) {
    server_ = server;
    told_ = now;
  }

  time_ms now(instant at = std::chrono::steady_clock::now()) const {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(at - told_).count();
    return time_ms{server_.value + static_cast<std::uint64_t>(passed)};
  }

  /// An id for a new operation.
  op_id make_op_id() const { return op_id{make_uuid_v7(now())}; }

private:
  time_ms server_;
  instant told_{};
};

} // namespace weft::net::client
