// Ids that tests of the protocol use.
#pragma once

#include "storage/ids.hpp"

#include <string>

namespace weft::testing {

inline constexpr std::uint64_t ann = 0x0001'0000'0000'0001;
inline constexpr std::uint64_t bob = 0x0002'0000'0000'0002;

inline thread_id sample_thread() {
  return thread_id::direct(user_id{ann}, user_id{bob});
}

inline std::string sample_device() {
  return std::string(16, '\x11');
}

/// A fresh operation id as bytes.
inline std::string sample_op() {
  const auto bytes = make_uuid_v7(time_ms{1'700'000'000'000});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace weft::testing
