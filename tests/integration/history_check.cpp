#include "tests/integration/history_check.hpp"

#include <map>
#include <set>

namespace weft::testing {

namespace {

/// More faults than these say nothing new.
constexpr std::size_t faults_kept_max = 20;

class checker {
public:
  explicit checker(const thread_journal& sent) : sent_(sent) {}

  void take(const seen_message& message) {
    expected_ = expected_.next();
    if (message.seq != expected_ || message.ordinal.value != expected_.value)
      fault(verdict_.out_of_order, message,
            "stands where number " + std::to_string(expected_.value) + " belongs");
    if (!seen_.insert(message.op).second)
      return fault(verdict_.doubled, message, "is there again");
    const auto at = sent_.find(message.op);
    if (at == sent_.end() || at->second.from != message.from || at->second.body != message.body)
      return fault(verdict_.foreign, message, "was not sent like this");
    const auto& sent = at->second;
    if (sent.acknowledged && sent.acknowledged != message.seq)
      fault(verdict_.out_of_order, message,
            "was acknowledged as number " + std::to_string(sent.acknowledged.value));
    auto& last = last_of_device_[sent.device];
    if (sent.number <= last)
      fault(verdict_.out_of_order, message, "comes after a later message of its device");
    last = std::max(last, sent.number);
  }

  history_verdict finish() {
    for (const auto& [op, sent] : sent_) {
      if (!sent.acknowledged)
        continue;
      ++verdict_.acknowledged;
      if (seen_.contains(op))
        ++verdict_.found;
      else
        fault(verdict_.lost, {sent.acknowledged, {}, sent.from, op, sent.body}, "is lost");
    }
    return std::move(verdict_);
  }

private:
  void fault(std::size_t& count, const seen_message& message, const std::string& what) {
    ++count;
    if (verdict_.faults.size() < faults_kept_max)
      verdict_.faults.push_back("number " + std::to_string(message.seq.value) + " (" +
                                to_uuid_text(message.op.bytes) + ") " + what);
  }

  const thread_journal& sent_;
  history_verdict verdict_;
  sequence expected_;
  std::set<op_id> seen_;
  std::map<std::size_t, std::uint64_t> last_of_device_;
};

} // namespace

void history_verdict::add(const history_verdict& other) {
  acknowledged += other.acknowledged;
  found += other.found;
  lost += other.lost;
  doubled += other.doubled;
  out_of_order += other.out_of_order;
  foreign += other.foreign;
  for (const auto& each : other.faults)
    if (faults.size() < faults_kept_max)
      faults.push_back(each);
}

history_verdict check_history(const thread_journal& sent,
                              const std::vector<seen_message>& history) {
  checker check(sent);
  for (const auto& message : history)
    check.take(message);
  return check.finish();
}

} // namespace weft::testing
