#include "cluster/presence/presence_rounds.hpp"

#include <utility>

namespace weft::cluster {

std::vector<presence_question> presence_rounds::on_tick() {
  if (++ticks_ % ticks_of_interval == 0)
    is_everything_due_ = true;
  if (under_way_ > 0 && ++silent_ticks_ < silent_ticks_max)
    return {};
  under_way_ = 0;
  silent_ticks_ = 0;
  const auto scope = std::exchange(is_everything_due_, false) ? question_scope::everything
                                                              : question_scope::new_ones;
  auto questions = cache_.questions(scope);
  waiting_.assign(std::make_move_iterator(questions.begin()),
                  std::make_move_iterator(questions.end()));
  return next();
}

std::vector<presence_question> presence_rounds::on_answer(const presence_answer& what) {
  cache_.apply(what);
  silent_ticks_ = 0;
  // One of a round that was given up is not counted.
  if (under_way_ > 0)
    --under_way_;
  return next();
}

std::vector<presence_question> presence_rounds::next() {
  std::vector<presence_question> out;
  for (; under_way_ < under_way_max && !waiting_.empty(); ++under_way_) {
    out.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return out;
}

} // namespace weft::cluster
