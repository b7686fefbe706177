#include "storage/error.hpp"

namespace weft {

std::string_view to_string(errc code) {
  switch (code) {
  case errc::none:
    return "none";
  case errc::bad_request:
    return "bad_request";
  case errc::not_signed_in:
    return "not_signed_in";
  case errc::bad_credentials:
    return "bad_credentials";
  case errc::name_taken:
    return "name_taken";
  case errc::not_found:
    return "not_found";
  case errc::forbidden:
    return "forbidden";
  case errc::conflict:
    return "conflict";
  case errc::too_old:
    return "too_old";
  case errc::too_large:
    return "too_large";
  case errc::overloaded:
    return "overloaded";
  case errc::unavailable:
    return "unavailable";
  case errc::read_only:
    return "read_only";
  case errc::corrupt:
    return "corrupt";
  case errc::io:
    return "io";
  case errc::locked:
    return "locked";
  case errc::newer_version:
    return "newer_version";
  case errc::timeout:
    return "timeout";
  case errc::bad_version:
    return "bad_version";
  case errc::fenced:
    return "fenced";
  case errc::suspended:
    return "suspended";
  case errc::untrusted:
    return "untrusted";
  case errc::inactive:
    return "inactive";
  }
  return "unknown";
}

std::string_view to_string(outcome what) {
  return what == outcome::nothing_written ? "nothing_written" : "unknown_retry_same_id";
}

std::string to_string(const error& what) {
  std::string text{to_string(what.code)};
  text += ": ";
  text += what.message;
  return text;
}

} // namespace weft
