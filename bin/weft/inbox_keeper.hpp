// What was shown here, kept in the home directory as it is shown.
#pragma once

#include "bin/weft/context.hpp"
#include "net/client/follower.hpp"
#include "net/client/private_file.hpp"

#include <map>
#include <memory>

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

  /// True for a message that was sent from this installation, possibly by another program of it
  /// and a moment ago.
  bool was_typed_here(const net::client::message& what);

  void mark_shown(const thread_id& thread, sequence seq) { pending_[thread] = seq; }
  /// Writes what was marked, and the inbox version that all of it belongs to.
  result<void> save(std::uint64_t inbox_version);

private:
  inbox_keeper(net::client::shown_cursors file, net::client::identity who,
               net::client::file_lock alone)
      : file_(std::move(file)), who_(std::move(who)), alone_(std::move(alone)) {}

  net::client::shown_cursors file_;
  net::client::identity who_;
  net::client::file_lock alone_;
  net::client::shown_state known_;
  std::map<thread_id, sequence> pending_;
};

} // namespace weft::bin
