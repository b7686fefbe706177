// What the clients of a test have sent and what they were told: what a history is checked against.
#pragma once

#include "storage/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weft::testing {

/// One message as its sender made it.
struct sent_message {
  op_id op;
  user_id from;
  /// The sending device, and the how-manieth message it is from there in this thread.
  std::size_t device = 0;
  std::uint64_t number = 0;
  std::string body;
  /// 0 while nobody knows whether it is written.
  sequence acknowledged;
};

/// A message as a reader was shown it.
struct seen_message {
  sequence seq;
  weft::ordinal ordinal;
  user_id from;
  op_id op;
  std::string body;
};

/// The messages of one thread by their operation.
using thread_journal = std::map<op_id, sent_message>;

/// Remembers all threads of a run. Not thread-safe.
class chat_journal {
public:
  /// Before the message leaves; fills in its number.
  void note_sent(const thread_id& thread, sent_message what);
  /// The node said that it is written. False when it said another number before.
  [[nodiscard]] bool note_acknowledged(const thread_id& thread, const op_id& op, sequence seq);

  const std::map<thread_id, thread_journal>& threads() const { return threads_; }
  std::size_t acknowledged() const { return acknowledged_; }
  /// The highest number acknowledged in a thread.
  sequence last_acknowledged(const thread_id& thread) const;

private:
  std::map<thread_id, thread_journal> threads_;
  std::map<std::pair<thread_id, std::size_t>, std::uint64_t> numbers_;
  std::map<thread_id, sequence> last_;
  std::size_t acknowledged_ = 0;
};

} // namespace weft::testing
