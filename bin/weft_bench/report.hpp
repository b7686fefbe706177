// What a run says at its end.
#pragma once

#include "bin/weft_bench/run_result.hpp"

#include <optional>
#include <string>

namespace weft::bench {

/// One JSON object; with `floor` also what the same traffic cost there, and the ratio.
std::string to_json_line(const run_result& run, const std::optional<run_result>& floor);

/// The same for a person.
std::string to_text(const run_result& run, const std::optional<run_result>& floor);

} // namespace weft::bench
