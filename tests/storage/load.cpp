#include "tests/storage/load.hpp"

#include "storage/proto/event.pb.h"

#include <future>

namespace weft::testing {

using namespace weft::storage;

event_record make_event(const conversation& in, sequence seq, time_ms time,
                        const std::string& body) {
  event_record out;
  out.thread = in.thread;
  out.seq = seq;
  out.ordinal = ordinal{seq.value};
  out.time = time;
  out.from = in.lower;
  out.device = in.device;
  out.op.bytes = make_uuid_v7(time);
  out.payload_hash = payload_hash("", body);
  Event event;
  event.set_seq(seq.value);
  event.set_ordinal(seq.value);
  event.set_time_ms(time.value);
  event.set_from(in.lower.value);
  event.set_op_id(std::string{out.op.view()});
  event.mutable_message()->set_body(body);
  out.bytes = std::make_shared<const std::string>(event.SerializeAsString());
  if (seq == sequence{1}) {
    for (const auto user : {in.lower, in.upper}) {
      state::Member member;
      member.set_user(user.value);
      member.set_name("user-" + to_text(user));
      out.opening.push_back(member);
    }
  }
  return out;
}

log_entry make_entry(shard_id shard, log_index index, state::Record record) {
  log_entry out;
  out.shard = shard;
  out.index = index;
  out.epoch = epoch{1};
  out.what = std::move(record);
  return out;
}

chat_load::chat_load(std::size_t conversations, std::uint32_t shard_count, std::uint64_t seed)
    : random_(seed), ends_(shard_count) {
  for (std::size_t i = 0; i < conversations; ++i) {
    conversation one;
    one.thread = thread_id::direct(user_id{random_() | 1}, user_id{random_() | 1});
    one.lower = one.thread.lower_user();
    one.upper = one.thread.upper_user();
    one.shard = shard_of(slot_of(one.thread), shard_count);
    one.device.bytes = make_uuid_v4();
    conversations_.push_back(one);
  }
}

entries chat_load::next(std::size_t count) {
  entries out;
  for (std::size_t i = 0; i < count; ++i) {
    auto& in = conversations_[random_() % conversations_.size()];
    in.last = in.last.next();
    in.last_time = time_ms{in.last_time.value + random_() % 50};
    log_entry entry;
    entry.shard = in.shard;
    entry.index = ends_[in.shard.value] = ends_[in.shard.value].next();
    entry.epoch = epoch{1};
    // Now and then a body that spans several blocks of the write-ahead log.
    const auto size = random_() % 50 == 0 ? random_() % 65536 : random_() % 200;
    entry.what = make_event(in, in.last, in.last_time,
                            std::string(size, static_cast<char>('a' + random_() % 26)));
    out.push_back(std::move(entry));
  }
  return out;
}

result<void> chat_load::resume(store& where) {
  const auto positions = shard_log(where).positions();
  if (!positions)
    return positions.failure();
  for (const auto& position : *positions)
    ends_[position.shard.value] = position.last;
  for (auto& in : conversations_) {
    const auto head = thread_reader(where).head(in.thread);
    if (!head)
      return head.failure();
    in.last = sequence{*head ? (*head)->last_seq() : 0};
    if (*head)
      in.last_time = time_ms{(*head)->last_time_ms()};
  }
  return {};
}

result<std::size_t> replay(store& where) {
  shard_log log(where);
  applier state(where);
  const auto positions = log.positions();
  if (!positions)
    return positions.failure();
  std::size_t replayed = 0;
  for (const auto& position : *positions) {
    for (auto from = position.applied.next(); from <= position.last;) {
      const auto some = log.read(position.shard, from, 100);
      if (!some)
        return some.failure();
      if (auto applied = state.apply(*some); !applied)
        return applied.failure();
      replayed += some->size();
      from = log_index{from.value + some->size()};
    }
  }
  return replayed;
}

result<void> submit_and_wait(writer& to, append_batch batch) {
  std::promise<result<void>> told;
  auto answer = told.get_future();
  to.submit(std::move(batch), [&told](const result<void>& done) { told.set_value(done); });
  return answer.get();
}

result<void> append(writer& to, entries what) {
  append_batch batch;
  batch.entries = std::make_shared<const entries>(std::move(what));
  return submit_and_wait(to, std::move(batch));
}

result<void> append_and_apply(writer& to, applier& state, const entries& what) {
  auto appended = append(to, what);
  return appended ? state.apply(what) : appended;
}

} // namespace weft::testing
