// Port of net: what `weftctl status` shows. Implemented by cluster's node, wired in bin.
#pragma once

#include "net/proto/weft.pb.h"

namespace weft::net {

/// Fills in what only the cluster layer knows. Called from the I/O threads and from that of HTTP;
/// must be quick. The first entry of `nodes` is this node: net adds what it knows itself, and
/// /health reports its `state`.
class status_source {
public:
  virtual ~status_source() = default;
  virtual void describe(weft::Status& out) const = 0;
};

} // namespace weft::net
