#include "actors/presence_assembly.hpp"

#include <utility>

namespace weft::actors {

void presence_assembly::begin(std::uint64_t request, std::size_t shards) {
  questions_[request] = {shards, {request, {}}, std::nullopt};
}

std::optional<session_notice> presence_assembly::add(presence_read answer) {
  const auto at = questions_.find(answer.request);
  if (at == questions_.end())
    return std::nullopt;
  auto& users = at->second.answer.users;
  users.insert(users.end(), answer.users.begin(), answer.users.end());
  return count_one(at);
}

std::optional<session_notice> presence_assembly::add(const request_failed& refusal) {
  const auto at = questions_.find(refusal.request);
  if (at == questions_.end())
    return std::nullopt;
  at->second.failure = refusal.why;
  return count_one(at);
}

std::optional<session_notice> presence_assembly::count_one(place at) {
  if (--at->second.missing > 0)
    return std::nullopt;
  auto done = std::move(at->second);
  questions_.erase(at);
  if (done.failure)
    return request_failed{done.answer.request, *std::move(done.failure)};
  return std::move(done.answer);
}

} // namespace weft::actors
