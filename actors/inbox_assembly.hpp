// Puts the last events of the threads into inbox pages, as their shards answer.
#pragma once

#include "actors/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace weft::actors {

/// Inbox pages that wait for last events, by request. Plain class; bounded by the session's window
/// of requests.
class inbox_assembly {
public:
  /// Takes a page whose rows lack their last events. The session then asks for each of them. Those
  /// that do not fit into `events_bytes_max`, in the order of the rows, are left out of the page.
  void begin(inbox_page page, std::size_t events_bytes_max);

  /// Takes an answer; gives the page once nothing is missing.
  std::optional<inbox_page> add(const last_event_read& answer);

  bool is_waiting(std::uint64_t request) const { return pages_.contains(request); }
  /// Does without the last event of one thread of a waiting page: its shard refused to answer.
  std::optional<inbox_page> do_without_one(std::uint64_t request);

  /// Gives the page as it is, when a shard does not answer in time.
  std::optional<inbox_page> give_up(std::uint64_t request);

private:
  struct waiting_page {
    inbox_page page;
    std::size_t missing = 0;
    std::size_t events_bytes_max = 0;
  };
  std::unordered_map<std::uint64_t, waiting_page> pages_;
};

} // namespace weft::actors
