// Where a password comes from.
#pragma once

#include "bin/weft/context.hpp"

#include <variant>

namespace weft::bin {

/// Whether a prompt asks twice: a new password must be typed without a slip.
enum class password_prompt { once, twice };

/// The password of `--password-file`, else WEFT_PASSWORD, else from a prompt without echo.
std::variant<std::string, error, usage_error> get_password(const context& shared,
                                                           password_prompt how);

} // namespace weft::bin
