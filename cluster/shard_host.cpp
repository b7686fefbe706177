#include "cluster/shard_host.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <spdlog/spdlog.h>

namespace weft::cluster {

shard_host_actor::behavior_type
shard_host(shard_host_actor::stateful_pointer<shard_host_state> self, shard_host_parts parts) {
  actors::survive_strangers(self);
  auto& state = self->state;
  state.start(std::move(parts));
  self->set_down_handler([&state](caf::down_msg& what) { state.on_down(what); });
  return {
      [&state](append_request& what) { state.on_append(what); },
      [&state](open_request& what) { state.on_open(what); },
      [&state](drain_request& what) { state.on_drain(what); },
      [&state](const claims_decided& what) { state.on_claims(what); },
      [&state](const batch_written& what) { state.on_written(what); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

shard_host_actor spawn_shard_host(caf::actor_system& system, shard_host_parts parts) {
  return system.spawn<caf::detached>(shard_host, std::move(parts));
}

void shard_host_state::start(shard_host_parts parts) {
  parts_.emplace(std::move(parts));
  replicas_.emplace(parts_->self, parts_->positions, parts_->limits);
}

// -- leadership ---------------------------------------------------------------------------------

void shard_host_state::on_open(open_request& what) {
  opened_ = std::move(what.opened);
  claim_all();
}

void shard_host_state::claim_all() {
  const auto map = parts_->coordinator.map();
  std::vector<claim> claims;
  for (std::uint32_t i = 0; i < map->shard_count(); ++i) {
    const shard_id shard{i};
    if ((*replicas_)[shard].current_role() == replication::role::following)
      claims.push_back({shard, (*map)[shard].epoch});
  }
  if (claims.empty())
    return;
  const auto self = caf::actor_cast<shard_host_actor>(self_);
  parts_->coordinator.claim_shards(std::move(claims), [self](std::vector<claim_outcome> outcomes) {
    caf::anon_send(self, claims_decided{std::move(outcomes)});
  });
}

void shard_host_state::on_claims(const claims_decided& what) {
  std::optional<error> prevented;
  for (const auto& each : what.outcomes) {
    if (each.how == transaction::done)
      replicas_->elect(each.shard, each.now.epoch, each.now.in_sync);
    else if (!prevented)
      prevented = each.why;
  }
  if (prevented)
    note_refused(*prevented);
  end_turn();
}

void shard_host_state::on_tick() {
  if (has_failed() || drained_ || all_serve())
    return;
  replicas_->reopen();
  claim_all();
  end_turn();
}

// -- appends ------------------------------------------------------------------------------------

void shard_host_state::on_append(append_request& what) {
  const auto owner = what.owner ? what.owner.id() : 0;
  const auto slot = replicas_->append(owner, what.shard, what.records);
  if (slot != owner_table::nobody) {
    if (slot >= owners_.size())
      owners_.resize(slot + 1);
    if (!owners_[slot])
      owners_[slot] = std::move(what.owner);
  }
  end_turn();
}

void shard_host_state::submit() {
  auto batch = replicas_->next_batch();
  if (!batch)
    return;
  const auto self = caf::actor_cast<shard_host_actor>(self_);
  parts_->writer.submit({std::move(batch), {}}, [self](const result<void>& written) {
    caf::anon_send(self, batch_written{written ? std::nullopt : std::optional(written.failure())});
  });
}

void shard_host_state::on_written(const batch_written& what) {
  if (has_failed())
    return;
  if (!what.failure) {
    const auto committed = replicas_->persisted();
    submit();
    apply(committed);
    note_taken();
  } else if (what.failure->outcome == outcome::nothing_written) {
    note_refused(*what.failure);
    apply(replicas_->refused(*what.failure));
  } else {
    fail(*what.failure);
  }
  end_turn();
}

void shard_host_state::apply(const std::vector<storage::entries_ptr>& committed) {
  for (const auto& entries : committed) {
    if (const auto done = parts_->applier.apply(*entries); !done)
      return fail(done.failure());
    parts_->board.count_appended(entries->size());
  }
  replicas_->applied();
  for (const auto& entries : committed)
    parts_->committed(entries);
}

/// Says it once, not for each batch. Shards that it keeps from opening are tried again.
void shard_host_state::note_refused(const error& why) {
  if (parts_->board.writes() == write_state::taken)
    spdlog::warn("writes are refused: {}", to_string(why));
  parts_->board.publish(write_state::refused);
  prevented_ = why;
  if (!all_serve())
    self_->delayed_send(self_, parts_->reopen_every, caf::tick_atom_v);
}

void shard_host_state::note_taken() {
  if (parts_->board.writes() != write_state::refused)
    return;
  spdlog::info("writes are taken again");
  parts_->board.publish(write_state::taken);
}

void shard_host_state::fail(const error& why) {
  spdlog::critical("this node writes no more until it is restarted: {}", to_string(why));
  error refusal = why;
  refusal.code = errc::read_only;
  prevented_ = refusal;
  replicas_->failed(refusal);
  parts_->board.publish(write_state::failed);
}

// -- the end of a turn --------------------------------------------------------------------------

void shard_host_state::end_turn() {
  submit();
  for (auto shard : replicas_->take_changed()) {
    const auto& at = (*replicas_)[shard];
    parts_->board.publish(shard, at.current_role(), at.last(), at.committed());
  }
  tell_owners();
  keep_promises();
}

void shard_host_state::tell_owners() {
  for (auto& notice : replicas_->take_notices()) {
    auto& owner = owners_[notice.where];
    if (notice.committed > 0)
      caf::anon_send(owner, actors::atom::committed_v, notice.committed);
    if (notice.lost) {
      // He may have sent more before he hears: until he is gone, it is ignored.
      self_->monitor(owner);
      caf::anon_send(owner, actors::atom::lost_v, *notice.lost);
    }
    if (notice.lost || notice.released)
      owner = nullptr;
  }
}

void shard_host_state::on_down(const caf::down_msg& what) {
  replicas_->forget(what.source.id());
}

void shard_host_state::keep_promises() {
  if (opened_ && prevented_)
    std::exchange(opened_, nullptr)->set_value(*prevented_);
  if (opened_ && all_serve())
    std::exchange(opened_, nullptr)->set_value({});
  if (drained_ && replicas_->pending_records() == 0)
    std::exchange(drained_, nullptr)->set_value();
}

bool shard_host_state::all_serve() const {
  for (std::uint32_t i = 0; i < replicas_->shard_count(); ++i) {
    if ((*replicas_)[shard_id{i}].current_role() != replication::role::serving)
      return false;
  }
  return true;
}

void shard_host_state::on_drain(drain_request& what) {
  replicas_->close(std::move(what.why));
  drained_ = std::move(what.drained);
  end_turn();
}

} // namespace weft::cluster
