// Merges cursors into member rows, so that moving a cursor reads nothing.
#pragma once

#include <rocksdb/merge_operator.h>

namespace weft::storage {

/// Member rows begin with two big-endian numbers, the read and the delivered sequence; the member's
/// name follows. An operand is the two numbers alone. The result takes the greater of each, so that
/// the order in which cursors arrive does not matter.
class cursor_merge final : public rocksdb::AssociativeMergeOperator {
public:
  const char* Name() const override { return "weft.cursor_max"; }
  bool Merge(const rocksdb::Slice& key, const rocksdb::Slice* existing,
             const rocksdb::Slice& operand, std::string* merged,
             rocksdb::Logger* logger) const override;
};

} // namespace weft::storage
