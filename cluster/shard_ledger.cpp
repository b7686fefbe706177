#include "cluster/shard_ledger.hpp"

#include "storage/store.hpp"

#include <caf/send.hpp>

namespace weft::cluster {

shard_ledger::shard_ledger(shard_host_actor host, std::uint32_t shard_count)
    : host_(std::move(host)), shard_count_(shard_count) {}

void shard_ledger::append(shard_id shard, const actors::appender_actor& owner,
                          std::vector<storage::record> records) {
  caf::anon_send(host_, append_request{shard, owner, std::move(records)});
}

shard_id shard_ledger::shard_of(slot where) const {
  return storage::shard_of(where, shard_count_);
}

} // namespace weft::cluster
