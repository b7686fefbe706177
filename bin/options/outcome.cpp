#include "bin/options/outcome.hpp"

#include "bin/options/utf8.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string_view>

namespace weft::bin {
namespace {

void write_line(const std::string& program, std::string_view code, const std::string& message,
                std::string_view outcome, output_form form) {
  if (form == output_form::text) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), printable(message).c_str());
    return;
  }
  const nlohmann::ordered_json line{{"error", code}, {"message", message}, {"outcome", outcome}};
  const auto text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::fprintf(stderr, "%s\n", text.c_str());
}

} // namespace

void report(const std::string& program, const error& what, output_form form) {
  auto message = what.message.empty() ? std::string{to_string(what.code)} : what.message;
  if (message.starts_with("cannot reach "))
    message += "; is weftd running? (--server or WEFT_SERVER)";
  if (form == output_form::text && what.outcome == outcome::unknown_retry_same_id)
    message += " (it may have been written: try again with the same --id)";
  write_line(program, to_string(what.code), message, to_string(what.outcome), form);
}

void report(const std::string& program, const usage_error& what, output_form form) {
  write_line(program, "usage", what.message, to_string(outcome::nothing_written), form);
}

output_form form_asked_for(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i) {
    if (std::string_view{argv[i]} == "--json")
      return output_form::json;
  }
  return output_form::text;
}

} // namespace weft::bin
