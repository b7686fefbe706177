#include "actors/operations.hpp"

namespace weft::actors {

operation_standing operations::standing(const operation_key& key) const {
  if (results_.contains(key))
    return operation_standing::known;
  if (absent_ && *absent_ == key)
    return operation_standing::fresh;
  if (auto newest = newest_.find(key.device); newest != newest_.end())
    return key.op > newest->second ? operation_standing::fresh : operation_standing::unknown;
  return empty_past_ ? operation_standing::fresh : operation_standing::unknown;
}

const operation_result* operations::find(const operation_key& key) const {
  auto found = results_.find(key);
  return found == results_.end() ? nullptr : &found->second;
}

void operations::learn(const operation_key& asked, const std::optional<op_id>& newest,
                       const std::optional<operation_result>& done) {
  auto& known = newest_[asked.device];
  if (newest && *newest > known)
    known = *newest;
  if (!done)
    absent_ = asked;
  else if (results_.emplace(asked, *done).second)
    order_.push_front(asked); // The first to be forgotten again: it is in the store.
}

void operations::add(const operation_key& key, const operation_result& what) {
  results_.emplace(key, what);
  order_.push_back(key);
  auto& newest = newest_[key.device];
  if (key.op > newest)
    newest = key.op;
  if (absent_ && *absent_ == key)
    absent_.reset();
}

void operations::forget_committed(std::size_t pending) {
  while (order_.size() > remembered_max_ + pending) {
    results_.erase(order_.front());
    order_.pop_front();
  }
  // Forgetting every device's newest id once in a while costs each one look-up; keeping them all
  // would grow with everyone who ever wrote. A thread without a past learns that it has one now.
  if (newest_.size() > remembered_max_ && pending == 0) {
    newest_.clear();
    empty_past_ = false;
  }
}

} // namespace weft::actors
