// Hexadecimal text of ids.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft::storage {

/// Appends two lower-case digits for each byte.
void append_hex(std::string& out, std::string_view bytes);

/// Fills `out` from exactly twice as many digits of any case; false for anything else.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

} // namespace weft::storage
