// What one shard owes to the inboxes.
#pragma once

#include "storage/ids.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace weft::cluster {

/// Bounds of one shard's book. A thread of two members takes about 300 bytes with its rounds and
/// its writers' newest events: a full book 1.2 MB, and a node whose 256 books are all full, with a
/// million threads that have news at the same time, some 310 MB.
struct touch_book_limits {
  /// Threads with news at a time; what comes beyond them is read from the log later.
  std::size_t threads_max = 4096;
  /// A touch is sent again when it was not answered for so many ticks.
  std::uint32_t resend_ticks = 5;
  /// `relayed` is moved in the log at least every so many entries, even if none of them touched
  /// anyone, so that the log can be trimmed and a start has little to scan.
  std::uint64_t mark_every = 256;
};

/// The newest event of one user in a thread, as far as a book has seen.
struct own_event {
  user_id user;
  sequence seq;
  weft::ordinal ordinal;
};

/// Follows one shard's log: which threads have news that the inboxes of their members have not
/// committed yet, and up to where nothing is owed. Pure.
///
///     clean --event--> dirty --take--> reading --sent--> sent --all answered--> clean
///                        ^                |                |
///                        +--- put back ---+- unanswered ---+
///
/// An event meanwhile is told by the next touch: a thread is never read twice at a time, so that
/// the touches under way are always those of its last reading.
///
/// The log is observed as it is committed, and by scanning: after a start, and wherever something
/// was missed because a bound was reached. Touches are idempotent, so that it does no harm to see
/// an entry twice.
class touch_book {
public:
  /// `relayed`: nothing up to here is owed. `first_round`: above every round of an earlier life.
  touch_book(log_index relayed, std::uint64_t first_round, const touch_book_limits& limits = {})
      : limits_(limits), seen_(relayed), marked_(relayed), asked_(relayed), round_(first_round) {}

  // -- the log ----------------------------------------------------------------------------------

  /// One committed entry, from the stream of commits or from a scan.
  void observe(const storage::log_entry& entry);

  /// Where to read the log, if something up to `committed` was missed.
  std::optional<log_index> scan_from(log_index committed) const;

  // -- touches ----------------------------------------------------------------------------------

  /// Time passes: what was sent and not answered for long is dirty again.
  void tick();

  /// Threads whose first message came since the last call: touched at once. Whoever takes a thread
  /// reads it, and then says `sent` or `put_back`.
  std::vector<thread_id> take_urgent();
  /// Up to `limit` dirty threads, taken likewise.
  std::vector<thread_id> take_dirty(std::size_t limit);

  /// A round for each of the `count` touches that a thread that was taken needs: consecutive
  /// numbers, of which the first is given back. Nothing when none is to be sent: the thread touches
  /// nobody, or is not being read.
  std::optional<std::uint64_t> sent(const thread_id& thread, std::uint32_t count);
  /// The user's own newest event in a thread that is not clean; all zero when there is none.
  own_event newest_own(const thread_id& thread, user_id user) const;
  /// A thread that was taken could not be read: it is dirty again.
  void put_back(const thread_id& thread);
  /// The touch of a round is committed. Unknown rounds are ignored.
  void answered(std::uint64_t round);

  // -- progress ---------------------------------------------------------------------------------

  /// Nothing up to here is owed.
  log_index relayed() const;
  /// What `TouchesRelayed` to append now, if any. Asked again after a while if it does not appear
  /// in the log.
  std::optional<log_index> mark_to_append();
  /// The newest `TouchesRelayed` in the log: everything up to here may be forgotten.
  log_index marked() const { return marked_; }

  /// Threads that are not clean.
  std::size_t size() const { return items_.size(); }

private:
  struct item {
    /// The oldest event not yet taken; 0 when clean.
    log_index dirty_from;
    /// The oldest event that the reading or the touches under way tell; 0 when there are none.
    log_index taken_from;
    /// Those touches: rounds, none while the thread is being read, and how many are unanswered.
    std::uint64_t rounds_begin = 0;
    std::uint32_t rounds_count = 0;
    std::uint32_t unanswered = 0;
    std::uint32_t sent_at = 0;

    bool is_taken() const { return taken_from != log_index{}; }
    bool is_sent() const { return rounds_count > 0; }
    bool is_being_read() const { return is_taken() && !is_sent(); }
    /// Of the last few who wrote: beyond `own_events_max` the one that wrote longest ago goes.
    std::vector<own_event> own;
  };
  using items = std::unordered_map<thread_id, item>;

  static void note_own(item& what, const storage::event_record& event);
  /// False when there is no room for it.
  bool note_event(const storage::event_record& event, log_index index);
  void note_mark(log_index upto);
  void advance(log_index index);
  /// False when there is nothing to read: it is clean, or taken already.
  static bool take(item& what);
  /// What was taken has to be taken again.
  static void give_back(item& what);
  void forget_rounds(item& what);

  touch_book_limits limits_;
  /// Everything up to here has been observed.
  log_index seen_;
  /// Entries beyond a gap, observed without a hole: from, to. Empty when `ahead_to_` is 0.
  log_index ahead_from_;
  log_index ahead_to_;
  /// The newest event observed.
  log_index newest_event_;
  log_index marked_;
  /// The last `TouchesRelayed` that was asked for, and when.
  log_index asked_;
  std::uint32_t asked_at_ = 0;
  std::uint64_t round_;
  std::uint32_t now_ = 0;
  items items_;
  std::unordered_map<std::uint64_t, thread_id> rounds_;
  std::vector<thread_id> urgent_;
};

} // namespace weft::cluster
