#include "bin/weft/message_output.hpp"

#include "bin/options/base64.hpp"
#include "bin/options/utf8.hpp"

#include <array>
#include <ctime>

namespace weft::bin {
namespace {

constexpr const char* default_type = "text/plain; charset=utf-8";

bool is_text(const net::client::message& what) {
  const bool said = what.content_type.empty() || what.content_type.starts_with("text/");
  return said && is_utf8(what.body);
}

std::string formatted(time_ms when, const char* format) {
  const auto seconds = static_cast<std::time_t>(when.value / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &local)};
}

/// What a person sees of a body that is no text.
std::string described(const net::client::message& what) {
  return "[" + std::to_string(what.body.size()) + " bytes of " +
         printable(what.content_type.empty() ? default_type : what.content_type) + "]";
}

} // namespace

json_value to_json(const net::client::message& what, const std::string& from) {
  json_value out{
      {"thread", to_text(what.thread)}, {"seq", what.seq.value},
      {"ordinal", what.ordinal.value},  {"from", from},
      {"from_id", to_text(what.from)},  {"body", is_text(what) ? what.body : to_base64(what.body)},
      {"time_ms", what.time.value},     {"op_id", to_uuid_text(what.op.bytes)}};
  if (!is_text(what))
    out["content_type"] = what.content_type.empty() ? default_type : what.content_type;
  return out;
}

std::string to_line(const net::client::message& what, const std::string& from) {
  const auto head = date_and_time(what.time) + "  " + printable(from) + ": ";
  if (!is_text(what))
    return head + described(what);
  return head + printable(what.body, line_breaks::indent, columns_of(head));
}

std::string preview(const net::client::message& what, std::size_t columns) {
  auto text = is_text(what) ? printable(what.body.substr(0, 4 * columns)) : described(what);
  if (columns_of(text) <= columns)
    return text;
  while (columns_of(text) >= columns) {
    text.pop_back();
    // Not in the middle of a character.
    while (!text.empty() && !is_utf8(text))
      text.pop_back();
  }
  return text + "…";
}

std::string date_and_time(time_ms when) {
  return formatted(when, "%Y-%m-%d %H:%M:%S");
}

} // namespace weft::bin
