// JSON as all programs print it: one object a line, UTF-8, ids as strings.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace weft::bin {

/// Members keep the order in which they are written.
using json_value = nlohmann::ordered_json;

/// One line without its end. Text that is no UTF-8 is mended, never refused.
inline std::string to_line(const json_value& what) {
  return what.dump(-1, ' ', false, json_value::error_handler_t::replace);
}

} // namespace weft::bin
