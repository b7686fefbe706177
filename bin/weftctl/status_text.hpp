// How the state of a cluster is printed.
#pragma once

#include "bin/options/json.hpp"
#include "net/proto/weft.pb.h"

#include <string>

namespace weft::ctl {

/// {"nodes":[...],"shards":[...],"under_replicated":N}, fields named as in the protocol.
bin::json_value to_json(const weft::Status& status);

/// A table of the nodes, and the shards in one line and by leader.
std::string to_text(const weft::Status& status);

} // namespace weft::ctl
