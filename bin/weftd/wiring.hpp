// What ties the network to the node: sessions for connections, and the status of both.
#pragma once

#include "cluster/node.hpp"
#include "net/session_host.hpp"
#include "net/status_source.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <string>

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

/// What only the network knows of a node.
struct network_status {
  std::string address;
  std::uint64_t connections = 0;
  std::uint64_t requests_in_flight_bytes = 0;
};

/// Describes a node that is alone.
class node_status_source final : public net::status_source {
public:
  explicit node_status_source(const cluster::node& node) : node_(node) {}

  /// Where the network's figures come from; set before the first question.
  void set_network(std::function<network_status()> source) { network_ = std::move(source); }

  void describe(weft::Status& out) const override;

private:
  const cluster::node& node_;
  std::function<network_status()> network_;
};

} // namespace weft::bin
