#include "actors/inbox_book.hpp"

#include <algorithm>

namespace weft::actors {

void inbox_book::load_row(const thread_id& thread, const std::optional<state::InboxRow>& row) {
  row_state loaded;
  if (row) {
    loaded.row = *row;
    loaded.stored_time_ms = row->last_time_ms();
    loaded.stored_version = row->version();
  } else {
    loaded.row.set_thread(to_bytes(thread));
  }
  rows_.try_emplace(thread, std::move(loaded));
}

void inbox_book::note_change(const thread_id& thread, row_state& row) {
  if (!std::exchange(row.changed, true))
    changed_.push_back(thread);
}

bool inbox_book::move_read(state::InboxRow& row, sequence seq, ordinal at) {
  if (seq.value <= row.read_seq())
    return false;
  row.set_read_seq(seq.value);
  row.set_read_ordinal(std::max(row.read_ordinal(), at.value));
  // The touch of what has been read may still be on its way: unread must not become negative.
  row.set_last_seq(std::max(row.last_seq(), row.read_seq()));
  row.set_last_ordinal(std::max(row.last_ordinal(), row.read_ordinal()));
  return true;
}

bool inbox_book::merge(const touch& what) {
  auto& known = rows_.at(what.thread);
  auto& row = known.row;
  const bool newer =
      what.last_seq.value > row.last_seq() || what.last_ordinal.value > row.last_ordinal() ||
      what.last_time.value > row.last_time_ms() || what.own_seq.value > row.read_seq();
  if (row.created_ms() != 0 && !newer)
    return false;
  row.set_last_seq(std::max(row.last_seq(), what.last_seq.value));
  row.set_last_ordinal(std::max(row.last_ordinal(), what.last_ordinal.value));
  row.set_last_time_ms(std::max(row.last_time_ms(), what.last_time.value));
  if (row.created_ms() == 0)
    row.set_created_ms(what.last_time.value);
  move_read(row, what.own_seq, what.own_ordinal);
  row.set_peer(what.peer.value);
  row.set_peer_name(what.peer_name);
  note_change(what.thread, known);
  return true;
}

bool inbox_book::merge(const advance_read& what) {
  auto& known = rows_.at(what.thread);
  auto& row = known.row;
  if (!move_read(row, what.seq, what.ordinal))
    return false;
  note_change(what.thread, known);
  return true;
}

std::pair<sequence, ordinal> inbox_book::read_position(const thread_id& thread) const {
  const auto& row = rows_.at(thread).row;
  return {sequence{row.read_seq()}, ordinal{row.read_ordinal()}};
}

state::InboxChanged inbox_book::take_changes(user_id user) {
  state::InboxChanged out;
  out.set_user(user.value);
  for (const auto& thread : changed_) {
    version_ = version_.next();
    auto& known = rows_.at(thread);
    auto& change = *out.add_rows();
    change.set_previous_time_ms(known.stored_time_ms);
    change.set_previous_version(known.stored_version);
    known.row.set_version(version_.value);
    *change.mutable_row() = known.row;
    known.stored_time_ms = known.row.last_time_ms();
    known.stored_version = version_.value;
    known.changed = false;
  }
  out.set_version(version_.value);
  changed_.clear();
  return out;
}

void inbox_book::forget_rows_above(std::size_t rows_max) {
  if (rows_.size() > rows_max && changed_.empty())
    rows_.clear();
}

} // namespace weft::actors
