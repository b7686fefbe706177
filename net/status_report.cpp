#include "net/status_report.hpp"

namespace weft::net {

Status describe(const server_context& shared) {
  Status out;
  shared.status.describe(out);
  auto& self = out.nodes_size() > 0 ? *out.mutable_nodes(0) : *out.add_nodes();
  self.set_address(shared.advertised.empty() ? shared.listening : shared.advertised);
  if (shared.is_stopping)
    self.set_state("stopping");
  self.set_connections(shared.counters.connections.load(std::memory_order_relaxed));
  self.set_requests_in_flight_bytes(shared.requests.in_use());
  return out;
}

} // namespace weft::net
