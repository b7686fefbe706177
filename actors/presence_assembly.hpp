// Puts the answers of several shards to one question for presence together.
#pragma once

#include "actors/messages.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace weft::actors {

/// Questions that wait for their shards, by request. Every shard answers or refuses, and the client
/// gets one reply: all users, or why one shard refused. Plain class; bounded by the session's
/// window of requests.
class presence_assembly {
public:
  /// `shards` answers will come; more than none.
  void begin(std::uint64_t request, std::size_t shards);
  bool is_waiting(std::uint64_t request) const { return questions_.contains(request); }

  /// Takes an answer or a refusal; gives the reply with the last one.
  std::optional<session_notice> add(presence_read answer);
  std::optional<session_notice> add(const request_failed& refusal);

private:
  struct question {
    std::size_t missing = 0;
    presence_read answer;
    std::optional<error> failure;
  };
  using place = std::unordered_map<std::uint64_t, question>::iterator;

  std::optional<session_notice> count_one(place at);

  std::unordered_map<std::uint64_t, question> questions_;
};

} // namespace weft::actors
