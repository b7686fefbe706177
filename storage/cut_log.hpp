// Takes entries back from the end of a shard's log.
#pragma once

#include "storage/result.hpp"
#include "storage/store.hpp"
#include "storage/writer.hpp"

namespace rocksdb {
class WriteBatch;
} // namespace rocksdb

namespace weft::storage {

/// Adds to `rows` what removes the entries above the cut: their rows of the log and the message
/// rows of their events, which no reader has seen. Refuses to cut what has been applied.
result<void> cut_log(const store::handles& at, const log_cut& cut, rocksdb::WriteBatch& rows);

} // namespace weft::storage
