// How presence is printed.
#pragma once

#include "bin/options/json.hpp"
#include "net/proto/weft.pb.h"
#include "storage/ids.hpp"

#include <string>

namespace weft::bin {

/// "online", "last seen 5 minutes ago", "unknown, last seen 2 hours ago", "hidden"; "offline" or
/// "unknown" alone when it is not known when the user was last seen. `now` is the server's time.
std::string presence_text(const weft::Presence& what, time_ms now);

/// {"name","state","last_seen_ms"}; 0 when hidden, online, or not known.
json_value presence_json(const std::string& name, const weft::Presence& what);

} // namespace weft::bin
