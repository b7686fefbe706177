#include "bin/weft_bench/traffic_client.hpp"

#include <algorithm>

namespace weft::bench {

namespace {

/// Answered sends that are remembered behind one that is not: a server that forgets one is found
/// out at the end, and must not fill our memory until then.
constexpr std::size_t answered_kept = 4'096;

} // namespace

traffic_client::traffic_client(traffic& shared, std::size_t index, port& way)
    : shared_(shared), index_(index), way_(way) {}

clock::time_point traffic_client::turn_time() {
  if (turn_time_ == clock::time_point{})
    turn_time_ = clock::now();
  return turn_time_;
}

bool traffic_client::send_one(const op_id& op, clock::time_point due) {
  if (sent_.size() >= window() + answered_kept)
    return false;
  const auto request = way_.send(op, shared_.body_due(due));
  if (request == 0)
    return false;
  sent_.push_back({request, due, op});
  ++outstanding_;
  return true;
}

void traffic_client::send_due(clock::time_point now) {
  while (outstanding_ < window() && !again_.empty() && again_.front().at <= now) {
    if (!send_one(again_.front().op, again_.front().due))
      return;
    again_.pop_front();
  }
  while (outstanding_ < window()) {
    const auto due = next_due(now);
    if (due > now || !shared_.may_send(due) || !send_one(way_.next_op(), due))
      return;
    ++sent_count_;
  }
}

clock::time_point traffic_client::next_due(clock::time_point now) const {
  const auto& times = shared_.due_times();
  return times ? shared_.started() + times->due_of(index_, sent_count_) : now;
}

std::size_t traffic_client::outstanding() const {
  const bool behind = shared_.due_times() && shared_.may_send(next_due({}));
  return outstanding_ + again_.size() + (behind ? 1 : 0);
}

std::optional<traffic_client::sent> traffic_client::take(std::uint64_t request) {
  const auto at = std::find_if(sent_.begin(), sent_.end(),
                               [request](const auto& what) { return what.request == request; });
  if (at == sent_.end() || request == 0)
    return std::nullopt;
  const auto out = *at;
  at->request = 0;
  while (!sent_.empty() && sent_.front().request == 0)
    sent_.pop_front();
  --outstanding_;
  return out;
}

void traffic_client::on_ack(std::uint64_t request, std::uint64_t seq) {
  const auto what = take(request);
  if (!what)
    return;
  shared_.count_ack(what->due, turn_time());
  order_.acknowledged(seq);
}

void traffic_client::on_refused(std::uint64_t request, clock::time_point again_at) {
  const auto what = take(request);
  if (!what)
    return;
  ++shared_.refused;
  again_.push_back({again_at, what->due, what->op});
}

void traffic_client::on_deliver(std::uint64_t seq, std::string_view body) {
  order_.delivered(seq);
  shared_.count_delivery(body, turn_time());
  got_deliveries_ = true;
}

void traffic_client::on_pulled(std::uint64_t seq) {
  order_.pulled(seq);
  got_deliveries_ = true;
}

void traffic_client::on_turn() {
  if (got_deliveries_ && shared_.settings().reports == receipts::on &&
      order_.complete() > reported_) {
    reported_ = order_.complete();
    way_.tell_delivered(reported_);
  }
  got_deliveries_ = false;
  send_due(turn_time());
  turn_time_ = {};
}

} // namespace weft::bench
