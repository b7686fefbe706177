// Text that may be anything, made fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace weft::bin {

/// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// How line breaks of a body are shown.
enum class line_breaks { escape, indent };

/// The text with everything escaped that could garble a terminal or forge its layout: control
/// characters, bidirectional overrides, bytes that are no UTF-8. Line breaks are escaped too, or
/// followed by `indent` blanks, so that a body cannot look like another message.
std::string printable(std::string_view text, line_breaks how = line_breaks::escape,
                      std::size_t indent = 0);

/// The number of columns that printable text takes, wide characters of East Asia counted double.
std::size_t columns_of(std::string_view text);

} // namespace weft::bin
