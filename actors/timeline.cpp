#include "actors/timeline.hpp"

#include "actors/operation_time.hpp"

#include <algorithm>

namespace weft::actors {

timeline::timeline(const thread_id& thread, const limits& bounds)
    : thread_(thread), bounds_(bounds), operations_(bounds.remembered_operations_max) {}

void timeline::load(const std::optional<state::ThreadHead>& head) {
  if (!head) {
    operations_.begin_empty();
    return;
  }
  last_seq_ = committed_seq_ = sequence{head->last_seq()};
  last_ordinal_ = weft::ordinal{head->last_ordinal()};
  last_time_ = time_ms{head->last_time_ms()};
  members_.assign(head->members().begin(), head->members().end());
}

void timeline::open(std::vector<state::Member> members) {
  members_ = std::move(members);
}

send_decision timeline::decide(send_message&& what, time_ms now) {
  now = std::max(now, last_time_);
  if (auto why = refuse_time(what.op, now, bounds_))
    return refuse{std::move(*why)};
  const auto hash = payload_hash(what.content_type, what.body);
  const operation_key key{what.device, what.op};
  switch (operations_.standing(key)) {
  case operation_standing::unknown:
    return look_up{key};
  case operation_standing::fresh:
    return append(std::move(what), hash, now);
  case operation_standing::known:
    break;
  }
  const auto done = *operations_.find(key);
  if (done.payload_hash != hash)
    return refuse{{errc::conflict, "this operation id was used for another message",
                   outcome::nothing_written, 0}};
  if (done.seq <= committed_seq_)
    return repeat_of{done};
  pending_[done.seq.value - committed_seq_.value - 1].waiting.push_back(what.ref);
  return join_pending{};
}

send_decision timeline::append(send_message&& what, std::uint64_t hash, time_ms now) {
  if (pending_.size() >= bounds_.pending_appends_max)
    return refuse{{errc::overloaded, "too many messages of this thread wait for the disk",
                   outcome::nothing_written, 200}};
  const bool first = last_seq_ == sequence{};
  last_seq_ = last_seq_.next();
  last_ordinal_ = last_ordinal_.next();
  last_time_ = now;

  scratch_.Clear();
  scratch_.set_seq(last_seq_.value);
  scratch_.set_ordinal(last_ordinal_.value);
  scratch_.set_time_ms(now.value);
  scratch_.set_from(what.from.value);
  scratch_.set_op_id(what.op.bytes.data(), what.op.bytes.size());
  auto& message = *scratch_.mutable_message();
  message.set_content_type(std::move(what.content_type));
  message.set_body(std::move(what.body));
  auto bytes = std::make_shared<const std::string>(scratch_.SerializeAsString());

  operations_.add({what.device, what.op}, {last_seq_, last_ordinal_, now, hash}, pending_.size());
  pending_.push_back({{last_seq_, bytes}, last_ordinal_, now, {what.ref}});
  storage::event_record record;
  record.thread = thread_;
  record.seq = last_seq_;
  record.ordinal = last_ordinal_;
  record.time = now;
  record.from = what.from;
  record.device = what.device;
  record.op = what.op;
  record.payload_hash = hash;
  record.bytes = std::move(bytes);
  if (first)
    record.opening = members_;
  return append_event{std::move(record)};
}

void timeline::learn(const operation_key& asked, const std::optional<op_id>& newest,
                     const std::optional<operation_result>& done) {
  operations_.learn(asked, newest, done);
}

std::vector<committed_event> timeline::commit(std::size_t count) {
  std::vector<committed_event> out;
  count = std::min(count, pending_.size());
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    committed_seq_ = pending_.front().event.seq;
    out.push_back(std::move(pending_.front()));
    pending_.pop_front();
  }
  operations_.forget_committed(pending_.size());
  return out;
}

std::vector<request_ref> timeline::fail() {
  std::vector<request_ref> out;
  for (auto& each : pending_)
    out.insert(out.end(), each.waiting.begin(), each.waiting.end());
  pending_.clear();
  return out;
}

} // namespace weft::actors
