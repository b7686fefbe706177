// How a message is printed.
#pragma once

#include "bin/options/json.hpp"
#include "net/client/message.hpp"

#include <string>

namespace weft::bin {

/// {"thread","seq","ordinal","from","from_id","body","time_ms","op_id"}; a body that is not text
/// in base64 with its "content_type".
json_value to_json(const net::client::message& what, const std::string& from);

/// "2024-05-01 12:30:05  ann: Hello", further lines of a body indented below its first.
std::string to_line(const net::client::message& what, const std::string& from);

/// The body on one line, at most `columns` wide.
std::string preview(const net::client::message& what, std::size_t columns);

/// Local time, "2024-05-01 12:30:05".
std::string date_and_time(time_ms when);

} // namespace weft::bin
