// Accounts of a crowd, kept between runs: a password hash for each would take longer than the run.
#pragma once

#include "bin/weft_bench/session_client.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <vector>

namespace weft::bench {

/// The accounts that a file holds, one JSON object a line; none when there is no file.
result<std::vector<session_account>> read_tokens(const std::filesystem::path& file);

/// Replaces the file, readable by its owner alone. Accounts without a token are left out.
result<void> write_tokens(const std::filesystem::path& file,
                          const std::vector<session_account>& accounts);

} // namespace weft::bench
