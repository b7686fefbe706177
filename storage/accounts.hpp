// Typed reads of accounts and their devices.
#pragma once

#include "storage/ids.hpp"
#include "storage/proto/state.pb.h"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace weft::storage {

/// Reads applied state of accounts. Blocking: call from a pool only.
class account_reader {
public:
  explicit account_reader(const store& where) : store_(where) {}

  /// The account of a folded name.
  result<std::optional<std::pair<user_id, state::Account>>>
  by_name(std::string_view folded_name) const;
  result<std::optional<state::Account>> account(user_id user) const;
  result<std::optional<state::Device>> device(user_id user, const device_id& device) const;

private:
  const store& store_;
};

} // namespace weft::storage
