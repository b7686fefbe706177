#include "actors/operations.hpp"

#include <algorithm>

namespace weft::actors {

operation_standing operations::standing(const operation_key& key) const {
  if (find(key) != nullptr)
    return operation_standing::known;
  if (looked_up_ && looked_up_->key == key)
    return operation_standing::fresh;
  if (auto newest = newest_.find(key.device); newest != newest_.end())
    return key.op > newest->second ? operation_standing::fresh : operation_standing::unknown;
  return empty_past_ ? operation_standing::fresh : operation_standing::unknown;
}

const operation_result* operations::find(const operation_key& key) const {
  if (auto found = results_.find(key); found != results_.end())
    return &found->second;
  const bool answered = looked_up_ && looked_up_->key == key && looked_up_->done;
  return answered ? &*looked_up_->done : nullptr;
}

void operations::learn(const operation_key& asked, const std::optional<op_id>& newest,
                       const std::optional<operation_result>& done) {
  auto& known = newest_[asked.device];
  if (newest && *newest > known)
    known = *newest;
  looked_up_ = {asked, done};
}

void operations::add(const operation_key& key, const operation_result& what, std::size_t pending) {
  results_.emplace(key, what);
  order_.push_back(key);
  const auto newest = std::max(newest_[key.device], key.op);
  // Forgetting every device's newest id once in a while costs each one look-up; keeping them all
  // would grow with everyone who ever wrote. A thread without a past learns that it has one now.
  // Here and not at a commit: an answer that is under way may be older than that commit.
  if (newest_.size() > remembered_max_ && pending == 0) {
    newest_.clear();
    empty_past_ = false;
  }
  newest_[key.device] = newest;
  if (looked_up_ && looked_up_->key == key)
    looked_up_.reset();
}

void operations::forget_committed(std::size_t pending) {
  while (order_.size() > remembered_max_ + pending) {
    results_.erase(order_.front());
    order_.pop_front();
  }
}

} // namespace weft::actors
