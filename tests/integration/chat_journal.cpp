#include "tests/integration/chat_journal.hpp"

#include <algorithm>

namespace weft::testing {

void chat_journal::note_sent(const thread_id& thread, sent_message what) {
  what.number = ++numbers_[{thread, what.device}];
  const auto op = what.op;
  threads_[thread].emplace(op, std::move(what));
}

bool chat_journal::note_acknowledged(const thread_id& thread, const op_id& op, sequence seq) {
  auto& message = threads_[thread].at(op);
  if (message.acknowledged)
    return message.acknowledged == seq;
  message.acknowledged = seq;
  ++acknowledged_;
  auto& last = last_[thread];
  last = std::max(last, seq);
  return true;
}

sequence chat_journal::last_acknowledged(const thread_id& thread) const {
  const auto at = last_.find(thread);
  return at == last_.end() ? sequence{} : at->second;
}

} // namespace weft::testing
