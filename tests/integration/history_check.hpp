// The judge of the kill test: does a history hold what was acknowledged, once and in order?
#pragma once

#include "tests/integration/chat_journal.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace weft::testing {

/// What was found wrong. Zeros everywhere mean: nothing.
struct history_verdict {
  /// Acknowledged messages, and those of them that the history holds.
  std::size_t acknowledged = 0;
  std::size_t found = 0;
  /// Acknowledged and not there.
  std::size_t lost = 0;
  /// There again.
  std::size_t doubled = 0;
  /// At another place than was acknowledged, before an earlier message of the same device, or
  /// behind a hole in the numbers.
  std::size_t out_of_order = 0;
  /// Nobody sent it, or not so.
  std::size_t foreign = 0;
  /// The first faults in words.
  std::vector<std::string> faults;

  bool is_clean() const { return lost == 0 && doubled == 0 && out_of_order == 0 && foreign == 0; }
  void add(const history_verdict& other);
};

/// Checks one thread from its beginning. Messages that were sent and not acknowledged may be there
/// or not: a client that gets no answer knows neither.
history_verdict check_history(const thread_journal& sent, const std::vector<seen_message>& history);

} // namespace weft::testing
