#include "bin/options/outcome.hpp"

#include "bin/options/json.hpp"
#include "bin/options/utf8.hpp"

#include <cstdio>
#include <string_view>

namespace weft::bin {
namespace {

void write_line(const std::string& program, const std::string& message, json_value object,
                output_form form) {
  const auto line =
      form == output_form::text ? program + ": " + printable(message) : to_line(std::move(object));
  std::fprintf(stderr, "%s\n", line.c_str());
}

} // namespace

void report(const std::string& program, const error& what, output_form form, const op_id& op) {
  auto message = what.message.empty() ? std::string{to_string(what.code)} : what.message;
  if (message.starts_with("cannot reach "))
    message += "; is weftd running? (--server or WEFT_SERVER)";
  json_value object{
      {"error", to_string(what.code)}, {"message", message}, {"outcome", to_string(what.outcome)}};
  if (op)
    object["op_id"] = to_uuid_text(op.bytes);
  write_line(program, message, std::move(object), form);
}

void report(const std::string& program, const usage_error& what, output_form form) {
  const auto message = what.message + " (--help tells more)";
  write_line(
      program, message,
      {{"error", "usage"}, {"message", message}, {"outcome", to_string(outcome::nothing_written)}},
      form);
}

result<void> flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return error{errc::io, "failed to write the output"};
  return {};
}

int conclude(const std::string& program, int code, output_form form) {
  const auto written = flush_output();
  if (written || code != exit_success)
    return code;
  report(program, written.failure(), form);
  return exit_failure;
}

output_form form_asked_for(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i) {
    if (std::string_view{argv[i]} == "--json")
      return output_form::json;
  }
  return output_form::text;
}

} // namespace weft::bin
