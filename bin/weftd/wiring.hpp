// What ties the network to the node: sessions for connections, and the status of both.
#pragma once

#include "cluster/node.hpp"
#include "net/session_host.hpp"
#include "net/status_source.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <memory>

namespace weft::bin {

/// Starts the session of each connection that signs in.
class node_sessions final : public net::session_host {
public:
  /// The references outlive it.
  node_sessions(caf::actor_system& system, cluster::node& node) : system_(system), node_(node) {}

  actors::session_actor start(actors::credentials who, std::uint64_t request,
                              std::shared_ptr<actors::outlet> client) override;

private:
  caf::actor_system& system_;
  cluster::node& node_;
};

/// Describes a node that is alone, as far as cluster knows it; net adds what it knows itself.
class node_status_source final : public net::status_source {
public:
  /// `node` outlives it.
  explicit node_status_source(const cluster::node& node) : node_(node) {}

  void describe(weft::Status& out) const override;

private:
  const cluster::node& node_;
};

} // namespace weft::bin
