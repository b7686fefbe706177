// Typed reads of accounts and their devices.
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::storage {

struct account_device {
  device_id device;
  state::Device row;
};
struct account_row {
  user_id user;
  state::Account account;
};
/// Where the next page of the audit log begins.
struct audit_position {
  time_ms time;
  std::uint64_t number = 0;
};

/// Reads applied state of accounts. Blocking: call from a pool only.
class account_reader {
public:
  explicit account_reader(const store& where) : store_(where) {}

  /// The account of a folded name.
  result<std::optional<std::pair<user_id, state::Account>>>
  by_name(std::string_view folded_name) const;
  result<std::optional<state::Account>> account(user_id user) const;
  result<std::optional<state::Device>> device(user_id user, const device_id& device) const;
  /// The newest `limit` devices by id; a user has few, signed out ones included.
  result<std::vector<account_device>> devices(user_id user, std::size_t limit) const;
  /// Empty when the user never changed it.
  result<state::Profile> profile(user_id user) const;
  /// 0 when not known.
  result<time_ms> last_seen(user_id user) const;
  /// The payload hash of an operation that a device did in the user's shard within the window.
  result<std::optional<std::uint64_t>> operation(user_id user, const device_id& device,
                                                 const op_id& op) const;
  /// Up to `limit` accounts of a slot, in the order of their ids, above `after`.
  result<std::vector<account_row>> accounts_of(slot where, user_id after, std::size_t limit) const;
  result<std::optional<state::Invite>> invite(std::string_view code_hash) const;
  /// Operators' actions, newest first; below the position that the last of the page before gives.
  result<std::vector<state::AuditEntry>> audit(const std::optional<audit_position>& below,
                                               std::size_t limit) const;

private:
  const store& store_;
};

} // namespace weft::storage
