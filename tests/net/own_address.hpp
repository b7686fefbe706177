// The address of this machine in its network.
#pragma once

#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <optional>

namespace weft::testing {

/// An IPv4 address of this machine that is no loopback address; nothing when it has none.
inline std::optional<in_addr> own_address() {
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0)
    return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{found, &::freeifaddrs};
  for (const auto* each = found; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET)
      continue;
    const auto at = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    if (ntohl(at.s_addr) >> 24 != IN_LOOPBACKNET)
      return at;
  }
  return std::nullopt;
}

} // namespace weft::testing
