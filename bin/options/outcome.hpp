// How a program ends: what it says when it failed, and its exit code.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <string>

namespace weft::bin {

/// The exit codes of all programs.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// What results are printed as.
enum class output_form { text, json };

/// A program was called wrongly: a failure that ends it with `exit_usage`.
struct usage_error {
  std::string message;
};

/// Writes one line to stderr, as text or as {"error","message","outcome"}, with "op_id" too when
/// the failed operation may be asked for again under its id.
void report(const std::string& program, const error& what, output_form form, const op_id& op = {});
void report(const std::string& program, const usage_error& what, output_form form);

/// Writes out what was printed to stdout; `io` when any of it is lost (a full disk, a closed
/// file). The error stays: later calls fail too.
result<void> flush_output();

/// What a program returns that would end with `code`: a success whose output could not be written
/// is reported and becomes a failure.
int conclude(const std::string& program, int code, output_form form);

/// True when `--json` is among the arguments: errors of the command line are printed in that form
/// as well, and they come before anything is parsed.
output_form form_asked_for(int argc, const char* const* argv);

} // namespace weft::bin
