#include "storage/inbox.hpp"

#include "storage/rocks.hpp"

#include <rocksdb/snapshot.h>

namespace weft::storage {
namespace {

error damaged(user_id user, std::string_view what) {
  return corrupt("the inbox of user " + to_text(user), what);
}

/// Length of an index key up to the thread: slot, kind, user, time or version.
constexpr std::size_t index_key_bytes = slot_bytes + 1 + 8 + 8;

/// Fetches the rows that a walk over one of the two indexes names, as of one moment.
class index_walk {
public:
  index_walk(const store::handles& at, user_id user, row_tag index)
      : at_(at), user_(user), moment_(at.db.get()), prefix_(user_key(user, index)),
        entries_(at, family::inbox, prefix_.view(), moment_.snapshot()) {}

  rocksdb::Iterator& entries() { return *entries_; }

  /// The rows of up to `limit` entries from where the walk stands.
  result<std::vector<state::InboxRow>> take(std::size_t limit) {
    std::vector<key_buffer> keys;
    for (; entries_->Valid() && keys.size() < limit; entries_->Next()) {
      const auto key = entries_->key().ToStringView();
      const auto thread = key.size() > index_key_bytes
                              ? thread_from_bytes(key.substr(index_key_bytes))
                              : std::nullopt;
      if (!thread)
        return damaged(user_, "an index entry is of no known form");
      keys.push_back(inbox_row_key(user_, *thread));
    }
    if (!entries_->status().ok())
      return to_error(entries_->status(), "read the inbox of user " + to_text(user_));
    return fetch(keys);
  }

private:
  result<std::vector<state::InboxRow>> fetch(const std::vector<key_buffer>& keys) {
    std::vector<rocksdb::Slice> slices;
    for (const auto& key : keys)
      slices.emplace_back(key.view());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    rocksdb::ReadOptions how;
    how.snapshot = moment_.snapshot();
    at_.db->MultiGet(how, at_[family::inbox], keys.size(), slices.data(), values.data(),
                     statuses.data());
    std::vector<state::InboxRow> out(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound())
        return damaged(user_, "an index entry has no row");
      if (!statuses[i].ok())
        return to_error(statuses[i], "read the inbox of user " + to_text(user_));
      if (!out[i].ParseFromArray(values[i].data(), static_cast<int>(values[i].size())))
        return damaged(user_, "a row does not parse");
    }
    return out;
  }

  const store::handles& at_;
  user_id user_;
  rocksdb::ManagedSnapshot moment_;
  key_buffer prefix_;
  prefix_scan entries_;
};

} // namespace

result<inbox_version> inbox_reader::version(user_id user) const {
  const auto number =
      get_number(store_.raw(), family::inbox, user_key(user, row_tag::inbox_version).view());
  if (!number)
    return number.failure();
  return inbox_version{*number};
}

result<std::optional<state::InboxRow>> inbox_reader::row(user_id user,
                                                         const thread_id& thread) const {
  return get_message<state::InboxRow>(store_.raw(), family::inbox,
                                      inbox_row_key(user, thread).view());
}

result<std::vector<state::InboxRow>>
inbox_reader::newest(user_id user, const std::optional<inbox_position>& below,
                     std::size_t limit) const {
  index_walk walk(store_.raw(), user, row_tag::inbox_order);
  auto& entries = walk.entries();
  if (!below) {
    entries.SeekToFirst();
  } else {
    const auto position = inbox_order_key(user, below->time, below->thread);
    entries.Seek(position.view());
    if (entries.Valid() && entries.key() == rocksdb::Slice(position.view()))
      entries.Next();
  }
  return walk.take(limit);
}

result<std::vector<state::InboxRow>> inbox_reader::changed_since(user_id user, inbox_version since,
                                                                 std::size_t limit) const {
  index_walk walk(store_.raw(), user, row_tag::inbox_change);
  const auto from = user_key(user, row_tag::inbox_change).number(since.next().value);
  walk.entries().Seek(from.view());
  return walk.take(limit);
}

} // namespace weft::storage
