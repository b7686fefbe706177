// Port of net: what `weftctl status` shows. Implemented by cluster's node, wired in bin.
#pragma once

#include "net/proto/weft.pb.h"

namespace weft::net {

/// Fills in what only the cluster layer knows. Called from a blocking pool's thread or the I/O
/// thread; must be quick.
class status_source {
public:
  virtual ~status_source() = default;
  virtual void describe(weft::Status& out) const = 0;
};

} // namespace weft::net
