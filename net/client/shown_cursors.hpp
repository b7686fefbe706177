// How far this installation has shown each thread, kept across its programs and their restarts.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <set>

namespace weft::net::client {

/// The content of `cursors.toml`.
struct shown_state {
  struct thread {
    /// Everything up to here was shown.
    sequence shown;
    /// Numbers above it that are known here all the same: sent from here, or shown behind a part
    /// that was left out.
    std::set<sequence> known;
  };

  /// The account and the history that the rest speaks of.
  user_id user;
  std::uint64_t history = 0;
  /// Every thread that changed up to this version of the inbox was caught up with.
  std::uint64_t inbox_version = 0;
  std::map<thread_id, thread> threads;

  /// Starts afresh when the account or its history is another.
  void belong_to(user_id owner, std::uint64_t history_id);
  void mark_shown(const thread_id& which, sequence seq);
  void mark_known(const thread_id& which, sequence seq);
  bool is_known(const thread_id& which, sequence seq) const;
};

/// Numbers above the cursor that are remembered for one thread; the lowest are forgotten first.
inline constexpr std::size_t known_numbers_max = 1'000;

/// The file in WEFT_HOME. Several programs of one installation may use it at once.
class shown_cursors {
public:
  explicit shown_cursors(std::filesystem::path home) : home_(std::move(home)) {}

  result<shown_state> load() const;
  /// Reads, changes and replaces the file, alone.
  result<void> update(const std::function<void(shown_state&)>& change) const;

private:
  std::filesystem::path home_;
};

} // namespace weft::net::client
