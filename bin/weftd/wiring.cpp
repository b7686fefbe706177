#include "bin/weftd/wiring.hpp"

#include "actors/spawn.hpp"

namespace weft::bin {

actors::session_actor node_sessions::start(actors::credentials who, std::uint64_t request,
                                           std::shared_ptr<actors::outlet> client) {
  return actors::spawn_session(system_, node_.domain(), node_.sessions(), std::move(client),
                               std::move(who), request);
}

void node_status_source::describe(weft::Status& out) const {
  const auto at = node_.status();
  auto& node = *out.add_nodes();
  node.set_number(at.number.value);
  node.set_name(at.name);
  node.set_store_id(to_uuid_text(at.store.bytes));
  node.set_version(WEFT_VERSION);
  node.set_uptime_ms(static_cast<std::uint64_t>(at.uptime.count()));
  node.set_sessions(at.sessions);
  node.set_threads_active(at.threads_active);
  node.set_appended(at.appended);
  node.set_state(std::string{to_string(at.state)});
  for (const auto& each : at.shards) {
    auto& shard = *out.add_shards();
    shard.set_number(each.shard.value);
    shard.set_epoch(each.assignment.epoch.value);
    shard.set_leader(each.assignment.leader.value);
    for (const auto& member : each.assignment.in_sync)
      shard.add_in_sync(member.value);
    shard.set_last_index(each.last.value);
    shard.set_committed_index(each.committed.value);
  }
  out.set_under_replicated(at.under_replicated);
}

} // namespace weft::bin
