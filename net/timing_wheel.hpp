// A hashed timing wheel: many deadlines, each set, moved and cancelled in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace weft::net {

/// Milliseconds of a clock that never goes back.
using clock_ms = std::uint64_t;

/// A place for one deadline, embedded in what the deadline is for: setting one allocates nothing.
/// Its owner cancels it before it goes away. Belongs to the thread of its wheel.
class wheel_entry {
public:
  wheel_entry() = default;
  wheel_entry(const wheel_entry&) = delete;
  wheel_entry& operator=(const wheel_entry&) = delete;

  bool is_scheduled() const { return next_ != nullptr; }
  /// When it is due, if scheduled.
  clock_ms due() const { return due_; }

private:
  friend class timing_wheel;
  wheel_entry* previous_ = nullptr;
  wheel_entry* next_ = nullptr;
  clock_ms due_ = 0;
};

/// Scheme 6 of Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987): an array of
/// unsorted lists, one for each tick modulo its length; an entry further away than one turn stays
/// in its list until its time has come. Time is a parameter; nothing here knows a clock. An entry
/// fires at the first tick at or after its time, never before it. For one thread.
class timing_wheel {
public:
  /// `slots` must be a power of two. One turn is `tick` * `slots` milliseconds: deadlines of that
  /// order are looked at about once.
  timing_wheel(clock_ms now, clock_ms tick, std::size_t slots);

  /// Sets or moves a deadline. One in the past fires at the next tick.
  void schedule(wheel_entry& entry, clock_ms due);
  void cancel(wheel_entry& entry);

  /// Moves time to `now` and calls `fire(entry)` for each entry whose time has come, which is no
  /// longer scheduled then. `fire` may schedule and cancel any entry, and destroy the one it got.
  template <class Fire>
  void advance(clock_ms now, Fire&& fire) {
    while (auto* entry = next_due(now))
      fire(*entry);
  }

  /// Milliseconds from `now` to the next tick that has anything to look at; nothing when the wheel
  /// is empty.
  std::optional<clock_ms> until_next(clock_ms now);

  std::size_t size() const { return size_; }

private:
  wheel_entry* next_due(clock_ms now);
  wheel_entry& list_of(std::uint64_t tick) { return lists_[tick & (lists_.size() - 1)]; }
  /// The tick at which an entry due at `when` fires.
  std::uint64_t tick_of(clock_ms when) const { return (when + tick_ms_ - 1) / tick_ms_; }
  static void unlink(wheel_entry& entry);
  static void push_back(wheel_entry& list, wheel_entry& entry);

  clock_ms tick_ms_;
  /// The last tick that was looked at.
  std::uint64_t looked_at_;
  /// No list before this tick holds anything; worth nothing once it has been looked at.
  std::uint64_t soonest_ = 0;
  std::size_t size_ = 0;
  std::vector<wheel_entry> lists_;
  /// Entries of the tick that `advance` is at.
  wheel_entry expiring_;
};

} // namespace weft::net
