// What was shown here, kept in the home directory as it is shown.
#pragma once

#include "bin/weft/context.hpp"
#include "net/client/follower.hpp"
#include "net/client/private_file.hpp"
#include "net/client/sends_under_way.hpp"

#include <map>
#include <set>
#include <utility>

namespace weft::bin {

/// The cursors of one running program that shows messages. While it lives no other such program of
/// the same installation runs: the two would take the session from each other without end.
class inbox_keeper {
public:
  static result<inbox_keeper> open(const context& shared, const net::client::identity& who);

  /// The account's history, as the server told at sign-in. Another than before was restored: what
  /// was shown of the old one says nothing about it.
  result<void> belong_to(std::uint64_t history);

  /// Where a follower begins.
  net::client::follower::start_point start() const;

  /// Everything of the thread up to here was shown.
  sequence shown(const thread_id& thread) const;

  /// True for a message that need not be shown: it was, or it was sent from this installation,
  /// possibly by another program of it and just now.
  bool is_known_here(const net::client::message& what);

  /// Everything of the thread up to `seq` is shown.
  void mark_shown(const thread_id& thread, sequence seq) { pending_[thread] = seq; }
  /// This number is shown, and something in front of it was left out.
  void mark_known(const thread_id& thread, sequence seq) { pending_known_.emplace(thread, seq); }
  /// Writes what was marked, and the inbox version that all of it belongs to.
  result<void> save(std::uint64_t inbox_version);

private:
  inbox_keeper(const std::filesystem::path& home, net::client::identity who,
               net::client::file_lock alone)
      : file_(home), under_way_(home), who_(std::move(who)), alone_(std::move(alone)) {}

  net::client::shown_cursors file_;
  net::client::sends_under_way under_way_;
  net::client::identity who_;
  net::client::file_lock alone_;
  net::client::shown_state known_;
  std::map<thread_id, sequence> pending_;
  std::set<std::pair<thread_id, sequence>> pending_known_;
};

} // namespace weft::bin
