// Errors as values: what went wrong, what was attempted, and whether anything may have been
// written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// What went wrong. The numbers are those of the protocol (`weft.ErrorCode`) and never change.
enum class errc : std::uint8_t {
  none = 0,
  /// The request cannot be understood: a missing or malformed field.
  bad_request = 1,
  /// The request needs a session and the connection has none.
  not_signed_in = 2,
  /// Name or password, or the token, is wrong. Never says which.
  bad_credentials = 3,
  /// The name is in use.
  name_taken = 4,
  /// The user, thread or event does not exist, or may not be seen: the two are not told apart.
  not_found = 5,
  /// It exists, may be seen, and may not be done by this user.
  forbidden = 6,
  /// The same operation id came with another payload.
  conflict = 7,
  /// The operation id is older than the window of duplicate suppression.
  too_old = 8,
  /// A limit was exceeded; the text names it.
  too_large = 9,
  /// A bounded resource is exhausted: try again after `retry_after_ms`.
  overloaded = 10,
  /// The shard has no leader here, or its node is stopping.
  unavailable = 11,
  /// The store refuses writes: disk full or a failed sync. Reads go on.
  read_only = 12,
  /// Stored data contradict themselves.
  corrupt = 13,
  /// An operation of the operating system failed.
  io = 14,
  /// Another process has the data directory open.
  locked = 15,
  /// The store was written by a newer version.
  newer_version = 16,
  /// Something waited longer than it may.
  timeout = 17,
  /// The peer does not speak a version that we speak.
  bad_version = 18,
  /// A newer session of the same device, or a revocation, took this one's place.
  fenced = 19,
  /// The operator has suspended the account.
  suspended = 20,
  /// Nobody has used the client for a while: it comes back when it is opened or woken.
  inactive = 21,

  // -- of this side alone, never in the protocol ------------------------------------------------

  /// The server could not prove who it is.
  untrusted = 100,
};

/// Whether a failed mutation may have been written: what a client must know to retry rightly.
enum class outcome : std::uint8_t {
  /// Nothing was written and nothing will be.
  nothing_written = 0,
  /// It may be written: ask again with the same operation id.
  unknown_retry_same_id = 1,
};

/// One failed operation. `message` is one line of text for a person and says what was attempted.
struct error {
  errc code = errc::none;
  std::string message;
  weft::outcome outcome = outcome::nothing_written;
  /// When to try again, in milliseconds; 0 when trying again the same way will not help.
  std::uint32_t retry_after_ms = 0;
};

/// The name of a code as it is printed and as the protocol names it, in lower case.
std::string_view to_string(errc code);
std::string_view to_string(outcome what);

/// "code: message".
std::string to_string(const error& what);

} // namespace weft
