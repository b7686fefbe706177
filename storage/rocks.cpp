#include "storage/rocks.hpp"

namespace weft::storage {
namespace {

/// The smallest key above every key that begins with `prefix`; empty when there is none.
std::string end_of(std::string_view prefix) {
  std::string out{prefix};
  while (!out.empty() && out.back() == '\xff')
    out.pop_back();
  if (!out.empty())
    out.back() = static_cast<char>(out.back() + 1);
  return out;
}

} // namespace

error to_error(const rocksdb::Status& status, std::string_view attempted) {
  error out;
  out.message = "cannot ";
  out.message += attempted;
  out.message += ": ";
  out.message += status.ToString();
  if (status.IsCorruption())
    out.code = errc::corrupt;
  else if (status.IsNoSpace())
    out.code = errc::read_only;
  else
    out.code = errc::io;
  return out;
}

error failed_before() {
  return {errc::read_only, "the store refuses writes since a write failed: restart the node",
          outcome::unknown_retry_same_id};
}

error corrupt(std::string_view where, std::string_view what) {
  error out;
  out.code = errc::corrupt;
  out.message = where;
  out.message += " is damaged: ";
  out.message += what;
  return out;
}

result<std::optional<std::string>> get(const store::handles& at, family which, std::string_view key,
                                       const rocksdb::ReadOptions& how) {
  std::string value;
  const auto status = at.db->Get(how, at[which], key, &value);
  if (status.IsNotFound())
    return std::optional<std::string>{};
  if (!status.ok())
    return to_error(status, "read the store");
  return std::optional<std::string>{std::move(value)};
}

result<std::uint64_t> get_number(const store::handles& at, family which, std::string_view key,
                                 const rocksdb::ReadOptions& how) {
  auto value = get(at, which, key, how);
  if (!value)
    return value.failure();
  if (!*value)
    return std::uint64_t{0};
  if ((*value)->size() != 8)
    return corrupt(family_names[static_cast<std::size_t>(which)], "a number is not 8 bytes");
  return get_be<std::uint64_t>((*value)->data());
}

prefix_scan::prefix_scan(const store::handles& at, family which, std::string_view prefix,
                         const rocksdb::Snapshot* as_of)
    : lower_(prefix), upper_(end_of(prefix)), lower_bound_(lower_), upper_bound_(upper_) {
  rocksdb::ReadOptions how;
  how.snapshot = as_of;
  how.iterate_lower_bound = &lower_bound_;
  if (!upper_.empty())
    how.iterate_upper_bound = &upper_bound_;
  rows_.reset(at.db->NewIterator(how, at[which]));
}

} // namespace weft::storage
