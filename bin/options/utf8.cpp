#include "bin/options/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace weft::bin {
namespace {

/// One character of a text.
struct character {
  std::uint32_t code = 0;
  /// Bytes that it takes; 0: the first byte begins no character.
  std::size_t size = 0;
};

character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
    return {};
  auto code = static_cast<std::uint32_t>(lead & (0x7f >> size));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80)
      return {};
    code = (code << 6) | (byte & 0x3f);
  }
  static constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[size] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
    return {};
  return {code, size};
}

/// Controls of terminals (C0, DEL, C1), line separators, and what turns the direction of writing.
bool is_dangerous(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
         (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// The ranges of Unicode's East Asian Width property that matter in practice, and emoji.
bool is_wide(std::uint32_t code) {
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
         (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
         (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
}

bool is_combining(std::uint32_t code) {
  return (code >= 0x0300 && code <= 0x036f) || (code >= 0x200b && code <= 0x200d) ||
         (code >= 0xfe00 && code <= 0xfe0f);
}

void append_escape(std::string& out, std::uint32_t code) {
  static constexpr char digits[] = "0123456789abcdef";
  if (code == '\n' || code == '\t' || code == '\r') {
    out += '\\';
    out += code == '\n' ? 'n' : code == '\t' ? 't' : 'r';
    return;
  }
  const int width = code < 0x100 ? 2 : 4;
  out += width == 2 ? "\\x" : "\\u";
  for (int i = width - 1; i >= 0; --i)
    out += digits[(code >> (4 * i)) & 0xf];
}

} // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto next = first_of(text);
    if (next.size == 0)
      return false;
    text.remove_prefix(next.size);
  }
  return true;
}

std::string printable(std::string_view text, line_breaks how, std::size_t indent) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    const auto size = std::max<std::size_t>(next.size, 1);
    if (next.size == 0) {
      append_escape(out, static_cast<unsigned char>(text[0]));
    } else if (next.code == '\n' && how == line_breaks::indent) {
      out += '\n';
      out.append(indent, ' ');
    } else if (is_dangerous(next.code)) {
      append_escape(out, next.code);
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  std::size_t out = 0;
  while (!text.empty()) {
    const auto next = first_of(text);
    if (!is_combining(next.code))
      out += is_wide(next.code) ? 2 : 1;
    text.remove_prefix(std::max<std::size_t>(next.size, 1));
  }
  return out;
}

} // namespace weft::bin
