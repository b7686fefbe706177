#include "storage/cursor_merge.hpp"

#include "storage/big_endian.hpp"
#include "storage/state_rows.hpp"

#include <algorithm>

namespace weft::storage {

bool cursor_merge::Merge(const rocksdb::Slice&, const rocksdb::Slice* existing,
                         const rocksdb::Slice& operand, std::string* merged,
                         rocksdb::Logger*) const {
  if (operand.size() < cursors_bytes || (existing && existing->size() < cursors_bytes))
    return false;
  // Two operands merged with one another have no name; a row has.
  const bool has_row = existing && existing->size() > operand.size();
  merged->assign(has_row ? existing->data() : operand.data(),
                 has_row ? existing->size() : operand.size());
  if (!existing)
    return true;
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}})
    put_be(merged->data() + at, std::max(get_be<std::uint64_t>(existing->data() + at),
                                         get_be<std::uint64_t>(operand.data() + at)));
  return true;
}

} // namespace weft::storage
