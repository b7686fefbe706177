#include "storage/dedup_filter.hpp"

#include "storage/key_layout.hpp"
#include "storage/operation_window.hpp"
#include "storage/store.hpp"

namespace weft::storage {
namespace {

constexpr auto kept_ms = static_cast<std::uint64_t>((operation_window + operation_slack).count());

} // namespace

bool dedup_filter::Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*,
                          bool*) const {
  if (key.size() != dedup_key_bytes)
    return false;
  const auto shard = shard_of(slot{get_be<std::uint16_t>(key.data())}, clock_->shard_count());
  const auto now = clock_->at(shard);
  // The first 48 bits of a UUIDv7 are the milliseconds of its making.
  const auto made = get_be<std::uint64_t>(key.data() + dedup_key_bytes - 16) >> 16;
  return made + kept_ms < now.value;
}

} // namespace weft::storage
