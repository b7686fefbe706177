// What the ACCOUNTS of a shard get.
#pragma once

#include "actors/messages/address.hpp"

#include <string>
#include <variant>
#include <vector>

namespace weft::actors {

/// Makes an account and signs the device in. `name` is folded.
struct register_account {
  request_ref ref;
  std::string name;
  std::string password;
  device_id device;
  std::string device_name;
  op_id op;
};

/// Signs a device in by password: it gets a new token, its older one ends.
struct sign_in {
  request_ref ref;
  std::string name;
  std::string password;
  device_id device;
  std::string device_name;
};

/// Everything of a thread up to and including `seq` is held by a device.
struct held_cursor {
  thread_id thread;
  sequence seq;
};

/// Signs a device in by its token. What lies behind its cursors is then pushed by its session,
/// unless `history_id` names another history than the store's.
struct resume {
  request_ref ref;
  user_id user;
  device_id device;
  std::string secret;
  std::uint64_t history_id = 0;
  std::vector<held_cursor> cursors;
};

/// Ends the token of a device that hashes to `token_hash`: one that the device got since stays.
/// `name` is the user's.
struct sign_out {
  request_ref ref;
  user_id user;
  std::string name;
  device_id device;
  std::string token_hash;
};

using account_input = std::variant<register_account, sign_in, resume, sign_out>;
using account_inputs = std::vector<account_input>;

} // namespace weft::actors
