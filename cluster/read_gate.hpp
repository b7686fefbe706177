// Where reads enter the read pool.
#pragma once

#include "actors/blocking_pool.hpp"
#include "actors/read_service.hpp"

namespace weft::cluster {

/// Runs the read service on the read pool. What clients read takes the ordinary lane and is refused
/// when that is full, as history reads are what overload takes first. What a send or a session
/// waits for (`check_user`, `confirm_session`) takes the preferred lane; when even that is full,
/// whoever asked asks again by itself. Safe for use by several threads; never blocks.
class read_gate {
public:
  /// Both outlive the gate, and the pool stops before the gate goes.
  read_gate(actors::blocking_pool& pool, const actors::read_service& service)
      : pool_(pool), service_(service) {}

  /// False when the read is refused: whoever asked is told `overloaded`.
  [[nodiscard]] bool submit(const actors::read_request& what);

private:
  actors::blocking_pool& pool_;
  const actors::read_service& service_;
};

} // namespace weft::cluster
