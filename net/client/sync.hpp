// The client's view of all its threads: what to show, and what to ask the server for.
#pragma once

#include "net/client/message.hpp"
#include "net/client/thread_view.hpp"
#include "net/proto/weft.pb.h"

#include <functional>
#include <map>
#include <optional>
#include <set>

namespace weft::net::client {

/// Takes what arrives (pushes, pages of history, rows of the inbox, own acknowledgements) in any
/// order and as often as it comes; shows every message of every thread exactly once, in the order
/// of its thread. Pure: it does no I/O and says by `next_pull` what is missing.
class sync {
public:
  /// Called for every message when its turn has come. Must not call back.
  using show = std::function<void(const message&)>;

  /// A reading of history that is wanted: events of `thread` after `after`.
  struct pull {
    thread_id thread;
    sequence after;
  };

  explicit sync(show shown) : show_(std::move(shown)) {}

  /// What lies up to `seq` was shown before.
  void begin_at(const thread_id& thread, sequence seq);

  /// Forgets everything: the history that it spoke of is gone.
  void clear();

  void on_event(const thread_id& thread, const event_view& event);
  void on_own(const message& sent);
  void on_row(const weft::InboxThread& row);
  /// The answer to a pull.
  void on_page(const weft::History& page);
  /// A pull failed and may be asked for again.
  void on_pull_failed(const thread_id& thread);
  /// A pull was refused for good: the thread is asked for again when something new is heard of it,
  /// or after `retry_all`. Until then it stays incomplete.
  void on_pull_refused(const thread_id& thread);
  /// What was refused is asked for again: another server may have it.
  void retry_all() { aside_.clear(); }

  /// The next reading to ask for, which is counted as asked; nothing when all that is missing is on
  /// its way.
  std::optional<pull> next_pull();

  /// True when nothing known is missing.
  bool is_complete() const { return behind_.empty(); }
  sequence applied(const thread_id& thread) const;
  const std::map<thread_id, thread_view>& threads() const { return threads_; }

private:
  /// How a thread stood when it was asked for.
  struct asking {
    sequence after;
    sequence known;
  };

  bool may_ask(const thread_id& thread) const;
  void note(const thread_id& thread, const thread_view& view);
  void arrive(thread_view& view, sequence seq, const std::optional<message>& what);

  show show_;
  std::map<thread_id, thread_view> threads_;
  std::set<thread_id> behind_;
  std::map<thread_id, asking> asked_;
  /// Threads put aside, and how far each was known to reach then.
  std::map<thread_id, sequence> aside_;
};

} // namespace weft::net::client
