// From the shard host to the touch relay.
#pragma once

#include "cluster/interfaces.hpp"

#include <caf/send.hpp>

#include <atomic>

namespace weft::cluster {

/// Passes committed entries on, as long as the relay keeps up: beyond a bound they are dropped, and
/// the relay reads them from the log instead, so that its mailbox cannot grow.
class committed_feed {
public:
  /// Entries that may wait: about a second of a busy node.
  static constexpr std::size_t waiting_max = 128u << 10;

  /// Before the first `offer`.
  void connect(touch_relay_actor relay) { relay_ = std::move(relay); }

  /// The host's thread.
  void offer(const storage::entries_ptr& entries) {
    const auto count = entries->size();
    if (waiting_.fetch_add(count, std::memory_order_relaxed) > waiting_max)
      waiting_.fetch_sub(count, std::memory_order_relaxed);
    else
      caf::anon_send(relay_, entries_committed{entries});
  }

  /// The relay: it has handled what it got.
  void took(const storage::entries_ptr& entries) {
    waiting_.fetch_sub(entries->size(), std::memory_order_relaxed);
  }

private:
  touch_relay_actor relay_;
  std::atomic<std::size_t> waiting_{0};
};

} // namespace weft::cluster
