// Signing in with what the home directory holds.
#pragma once

#include "bin/weft/context.hpp"

#include <memory>
#include <string>

namespace weft::bin {

/// A signed-in connection and who is signed in.
struct session {
  net::client::identity who;
  std::unique_ptr<net::client::client> connection;
};

/// The identity of the home directory; `not_signed_in` when it has no account.
result<net::client::identity> signed_in_identity(const context& shared);

/// Connects and signs in by token.
result<session> open_session(const context& shared);

/// Remembers what the server said about the account at sign-in. A history that is another than
/// before was restored: what was shown of the old one says nothing about it.
result<void> remember_history(const context& shared, net::client::identity& who,
                              std::uint64_t history);

/// The same failure, with what to do about it where that is known.
error with_advice(error why);

/// The same failure; when what was asked for may have been done all the same, with `advice`.
error if_unknown(error why, const std::string& advice);

/// Where a message goes, or whose history is read.
struct target {
  thread_id thread;
  /// The name of the other side where it was named.
  std::string name;
};

/// Finds what a user wrote as TO: a name, or a thread as it is printed.
result<target> resolve(session& session, const std::string& to);

} // namespace weft::bin
