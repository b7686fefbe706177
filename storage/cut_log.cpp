#include "storage/cut_log.hpp"

#include "storage/log_row.hpp"
#include "storage/rocks.hpp"

#include <rocksdb/write_batch.h>

namespace weft::storage {

result<void> cut_log(const store::handles& at, const log_cut& cut, rocksdb::WriteBatch& rows) {
  const auto first = first_slot_of(cut.shard, at.format.shard_count);
  const auto name = "the log of shard " + std::to_string(cut.shard.value);
  const auto applied =
      get_number(at, family::shards, shard_key(first, row_tag::shard_applied).view());
  if (!applied)
    return applied.failure();
  if (cut.above.value < *applied)
    return error{errc::bad_request, "cannot cut " + name + " above " +
                                        std::to_string(cut.above.value) + ": entry " +
                                        std::to_string(*applied) + " has been applied"};
  const auto prefix = key_buffer{}.number(first.value);
  prefix_scan entries(at, family::log, prefix.view());
  for (entries->Seek(log_key(first, cut.above.next()).view()); entries->Valid(); entries->Next()) {
    const auto row = decode_log_row(entries->value().ToStringView());
    if (!row)
      return corrupt(name, "a row is of no known form");
    if (row->kind == log_row_kind::event)
      rows.Delete(at[family::messages], message_key(row->thread, row->seq).view())
          .PermitUncheckedError();
    rows.Delete(at[family::log], entries->key()).PermitUncheckedError();
  }
  if (!entries->status().ok())
    return to_error(entries->status(), "read " + name);
  return {};
}

} // namespace weft::storage
