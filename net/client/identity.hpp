// Who this installation is: the directory WEFT_HOME.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <string>

namespace weft::net::client {

/// An account that was asked for, kept until it is known what became of that.
struct registration {
  /// Empty: none is under way.
  std::string name;
  op_id op;
};

/// What `identity.toml` holds. The device is made once and stays; the account comes with signing
/// in and goes with signing out.
struct identity {
  device_id device;
  /// Empty without an account.
  std::string name;
  user_id user;
  std::string token;
  std::uint64_t history = 0;
  /// Where the account was signed in, and how: [tls://]HOST:PORT[,...].
  std::string server;
  /// The file of the authority that vouched for it; empty: one that the machine trusts.
  std::string ca;
  /// A registration whose answer was not heard yet: asked for again under its id it makes the
  /// account once.
  registration asked;

  bool has_account() const { return !token.empty(); }
};

/// The directory that `WEFT_HOME` names, else `$XDG_CONFIG_HOME/weft`, else `~/.config/weft`.
std::filesystem::path default_home();

/// Reads the identity; without a file one with a new device and no account, which is not written.
/// `corrupt` when the file cannot be understood.
result<identity> load_identity(const std::filesystem::path& home);

/// Writes it, making the directory if need be.
result<void> save_identity(const std::filesystem::path& home, const identity& who);

} // namespace weft::net::client
