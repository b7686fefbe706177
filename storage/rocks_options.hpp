// How RocksDB is set up, and why.
#pragma once

#include "storage/log_clock.hpp"
#include "storage/store.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <vector>

namespace weft::storage {

/// Options of the whole database.
rocksdb::DBOptions database_options(rocksdb::Env* env);

/// The column families in the order of `family`.
std::vector<rocksdb::ColumnFamilyDescriptor>
family_options(const store_options& options, const std::shared_ptr<const log_clock>& clock);

} // namespace weft::storage
