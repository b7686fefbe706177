// Decides the changes of one user's inbox.
#pragma once

#include "actors/messages.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace weft::actors {

/// The rows of an inbox that were needed lately, and the changes that touches and reading make to
/// them. Plain class. Rows are taken from the store when they are first needed (`knows`,
/// `load_row`); from then on they hold what has been decided, committed or not.
class inbox_book {
public:
  void load_version(inbox_version version) { version_ = version; }
  inbox_version version() const { return version_; }

  bool knows(const thread_id& thread) const { return rows_.contains(thread); }
  /// Takes a row from the store, or that there is none.
  void load_row(const thread_id& thread, const std::optional<state::InboxRow>& row);

  /// Merges into the row of a known thread. True when that changes anything.
  bool merge(const touch& what);
  bool merge(const advance_read& what);

  /// Where the user has read to in a known thread.
  std::pair<sequence, ordinal> read_position(const thread_id& thread) const;

  bool has_changes() const { return !changed_.empty(); }
  /// One record for everything merged since the last call. The inbox gets a new version.
  state::InboxChanged take_changes(user_id user);

  /// Forgets rows above a bound; only between records.
  void forget_rows_above(std::size_t rows_max);

private:
  struct row_state {
    state::InboxRow row;
    /// What the index entries of the stored row say; 0 when there is none.
    std::uint64_t stored_time_ms = 0;
    std::uint64_t stored_version = 0;
    bool changed = false;
  };

  static bool move_read(state::InboxRow& row, sequence seq, ordinal at);
  void note_change(const thread_id& thread, row_state& row);

  inbox_version version_;
  std::unordered_map<thread_id, row_state> rows_;
  std::vector<thread_id> changed_;
};

} // namespace weft::actors
