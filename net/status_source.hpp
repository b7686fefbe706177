// Port of net: what `weftctl status` shows. Implemented by cluster's node, wired in bin.
#pragma once

#include "net/proto/weft.pb.h"

namespace weft::net {

/// Fills in what only the cluster layer knows. Called from a blocking pool's thread or the I/O
/// thread; must be quick. The first entry of `nodes` is this node: net adds its own counters to it,
/// and /health reports its `state`.
class status_source {
public:
  virtual ~status_source() = default;
  virtual void describe(weft::Status& out) const = 0;
};

} // namespace weft::net
