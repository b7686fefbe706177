// Bytes as text: RFC 4648, section 4.
#pragma once

#include <string>
#include <string_view>

namespace weft::bin {

std::string to_base64(std::string_view bytes);

} // namespace weft::bin
