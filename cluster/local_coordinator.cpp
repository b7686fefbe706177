#include "cluster/local_coordinator.hpp"

#include <algorithm>

namespace weft::cluster {
namespace {

shard_map_ptr map_of(node_no self, const std::vector<storage::shard_position>& found) {
  std::vector<shard_assignment> shards;
  shards.reserve(found.size());
  for (const auto& position : found)
    shards.push_back({position.epoch, node_no{}, {self}, {self}});
  return std::make_shared<const shard_map>(1, std::move(shards));
}

} // namespace

local_coordinator::local_coordinator(node_no self,
                                     const std::vector<storage::shard_position>& found,
                                     storage::writer& writer)
    : self_(self), writer_(writer), map_(map_of(self, found)) {}

shard_map_ptr local_coordinator::map() const {
  std::lock_guard lock(mutex_);
  return map_;
}

void local_coordinator::claim_shards(std::vector<claim> claims, claimed told) {
  const auto current = map();
  std::vector<claim_outcome> outcomes;
  storage::append_batch batch;
  for (const auto& each : claims) {
    claim_outcome out{each.shard, transaction::refused, (*current)[each.shard], {}};
    if (out.now.epoch == each.seen) {
      out.how = transaction::done;
      out.now.epoch = each.seen.next();
      out.now.leader = self_;
      batch.hard_states.push_back({each.shard, out.now.epoch});
    } else {
      out.why = {errc::unavailable, "cannot claim a shard whose epoch has moved on"};
    }
    outcomes.push_back(std::move(out));
  }
  if (batch.hard_states.empty())
    return told(std::move(outcomes));
  writer_.submit(std::move(batch), [this, outcomes = std::move(outcomes),
                                    told = std::move(told)](const result<void>& written) mutable {
    finish(std::move(outcomes), written, told);
  });
}

void local_coordinator::finish(std::vector<claim_outcome> outcomes, const result<void>& written,
                               const claimed& told) {
  std::vector<std::pair<shard_id, shard_assignment>> changes;
  for (auto& out : outcomes) {
    if (out.how != transaction::done)
      continue;
    if (written) {
      changes.emplace_back(out.shard, out.now);
      continue;
    }
    out.why = written.failure();
    out.how =
        out.why.outcome == outcome::nothing_written ? transaction::refused : transaction::unknown;
    out.now = (*map())[out.shard];
  }
  {
    std::lock_guard lock(mutex_);
    map_ = map_->with(changes);
  }
  told(std::move(outcomes));
}

void local_coordinator::change_in_sync(shard_id shard, epoch leading, std::vector<node_no> in_sync,
                                       changed told) {
  in_sync_outcome out;
  out.now = (*map())[shard];
  if (out.now.leader != self_ || out.now.epoch != leading)
    out.why = {errc::unavailable, "cannot change the in-sync set in an epoch that is over"};
  else if (in_sync != std::vector{self_})
    out.why = {errc::forbidden, "cannot add a replica: this node is alone"};
  else
    out.how = transaction::done;
  told(std::move(out));
}

} // namespace weft::cluster
