#include "actors/thread_state.hpp"

#include "storage/threads.hpp"

#include <algorithm>

namespace weft::actors {

namespace {

const error busy{errc::overloaded, "the thread is busy; try again", outcome::nothing_written, 200};
const error peer_away{errc::unavailable, "the other side's shard does not answer; try again",
                      outcome::nothing_written, 1'000};

/// Time between two questions about a peer.
constexpr std::chrono::seconds ask_again_after{1};

state::Member member_of(user_id user, std::string name) {
  state::Member out;
  out.set_user(user.value);
  out.set_name(std::move(name));
  return out;
}

} // namespace

void thread_state::open(const domain& env, const thread_id& thread,
                        std::shared_ptr<activation> entry) {
  env_ = &env;
  thread_ = thread;
  entry_ = std::move(entry);
  busy_at_ = self_->clock().now();
  timeline_.emplace(thread_, env_->limits);
  load();
}

void thread_state::load() {
  const auto handle = caf::actor_cast<thread_actor>(self_);
  const bool asked = read_then(env_->reads, handle, [this, env = env_, id = thread_] {
    auto head = storage::thread_reader(env->store).head(id);
    return [this, head = std::move(head)] { on_loaded(head); };
  });
  if (!asked)
    leave(busy);
}

void thread_state::on_loaded(const result<std::optional<state::ThreadHead>>& head) {
  if (!head)
    return leave(head.failure());
  timeline_->load(*head);
  cursors_.load(timeline_->members());
  self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
  phase_ = phase::serving;
  serve_stash();
  end_turn();
}

// -- inputs -------------------------------------------------------------------------------------

void thread_state::on_inputs(thread_inputs& inputs) {
  ++seen_;
  busy_at_ = self_->clock().now();
  for (auto& input : inputs)
    take(std::move(input));
  end_turn();
}

void thread_state::take(thread_input&& input) {
  if (phase_ == phase::leaving)
    return refuse(input, left_because_);
  if (auto* answer = std::get_if<peer_checked>(&input))
    return handle(*answer);
  if (phase_ != phase::serving)
    return stash(std::move(input));
  std::visit([this](auto& what) { handle(what); }, input);
}

void thread_state::stash(thread_input&& input) {
  if (stash_.size() >= env_->limits.stash_inputs_max)
    return refuse(input, busy);
  stash_.push_back(std::move(input));
}

void thread_state::refuse(const thread_input& input, const error& why) {
  if (const auto* send = std::get_if<send_message>(&input))
    refuse_request(env_->router, send->ref, why);
}

void thread_state::serve_stash() {
  while (phase_ == phase::serving && !stash_.empty()) {
    auto input = std::move(stash_.front());
    stash_.pop_front();
    std::visit([this](auto& what) { handle(what); }, input);
  }
}

void thread_state::handle(send_message& what) {
  if (thread_.type != thread_id::kind::direct || !thread_.names_user(what.from))
    return refuse_request(env_->router, what.ref, unseen);
  if (!timeline_->is_open()) {
    stash_.push_front(std::move(what));
    phase_ = phase::asking;
    asked_at_ = self_->clock().now();
    return ask_peer();
  }
  const auto ref = what.ref;
  auto decision = timeline_->decide(std::move(what), wall_clock());
  if (auto* event = std::get_if<append_event>(&decision))
    return append(append_kind::event, std::move(event->record));
  if (const auto* repeat = std::get_if<repeat_of>(&decision))
    return env_->router.to_session(ref.session,
                                   {send_acked{ref.request, thread_, repeat->done.seq,
                                               repeat->done.ordinal, repeat->done.time, true}});
  if (const auto* refused = std::get_if<actors::refuse>(&decision))
    return refuse_request(env_->router, ref, refused->why);
  if (const auto* lookup = std::get_if<look_up>(&decision)) {
    stash_.push_front(std::move(what)); // Deciding has not consumed it.
    look_up_operation(lookup->key);
  }
}

void thread_state::handle(report_delivered& what) {
  note_cursor(what.user, cursors_.move_delivered(what.user, what.seq, timeline_->last_committed()));
}

void thread_state::handle(copy_read& what) {
  note_cursor(what.user, cursors_.move_read(what.user, what.seq, timeline_->last_committed()));
}

// -- asking -------------------------------------------------------------------------------------

bool thread_state::waits_for_peer() const {
  return phase_ == phase::asking && !timeline_->is_open() && !stash_.empty();
}

void thread_state::ask_peer() {
  const auto& first = std::get<send_message>(stash_.front());
  const auto peer = thread_.peer_of(first.from);
  if (peer == first.from) { // A thread with oneself: the sender is known to exist.
    peer_checked answer{thread_, peer, first.from_name};
    return handle(answer);
  }
  env_->router.to_reads(slot_of(peer), check_user{thread_, peer});
  // The answer may be lost with a link or a full pool. One timer is enough for all questions.
  if (!std::exchange(peer_timer_, true))
    self_->delayed_send(self_, ask_again_after, continuation{[this] { ask_peer_again(); }});
}

void thread_state::ask_peer_again() {
  peer_timer_ = false;
  if (!waits_for_peer())
    return;
  if (self_->clock().now() - asked_at_ < env_->limits.peer_check_within)
    return ask_peer();
  refuse_stash(peer_away);
  phase_ = phase::serving;
  end_turn();
}

void thread_state::handle(peer_checked& what) {
  if (!waits_for_peer())
    return; // The answer to a question asked twice.
  const auto& first = std::get<send_message>(stash_.front());
  if (thread_.peer_of(first.from) != what.peer)
    return;
  if (what.name) {
    std::vector<state::Member> members{member_of(first.from, first.from_name)};
    if (what.peer != first.from)
      members.push_back(member_of(what.peer, *what.name));
    cursors_.load(members);
    timeline_->open(std::move(members));
  } else {
    refuse_stash(unseen); // Whoever waits here writes to somebody who does not exist.
  }
  phase_ = phase::serving;
  serve_stash();
}

void thread_state::look_up_operation(const operation_key& key) {
  phase_ = phase::asking;
  struct answer {
    error failure;
    std::optional<op_id> newest;
    std::optional<operation_result> done;
  };
  const auto handle = caf::actor_cast<thread_actor>(self_);
  const bool asked = read_then(env_->reads, handle, [this, env = env_, id = thread_, key] {
    answer found;
    storage::thread_reader reader(env->store);
    auto newest = reader.newest_operation(id, key.device);
    auto done = reader.operation(id, key.device, key.op);
    if (!newest || !done)
      found.failure = !newest ? newest.failure() : done.failure();
    else if (*newest)
      found.newest = (*newest)->op;
    if (done && *done) {
      const auto seq = (*done)->seq;
      auto events = reader.events(id, {sequence{seq.value - 1}, std::nullopt, 1, 1});
      Event event;
      if (events && !events->empty() && event.ParseFromString(events->front().bytes))
        found.done = operation_result{seq, weft::ordinal{event.ordinal()}, time_ms{event.time_ms()},
                                      (*done)->payload_hash};
      else
        found.failure = {errc::corrupt, "an operation names an event that cannot be read",
                         outcome::nothing_written, 0};
    }
    return [this, key, found = std::move(found)] {
      if (phase_ == phase::leaving)
        return;
      phase_ = phase::serving;
      if (found.failure.code != errc::none)
        refuse_asked(found.failure);
      else
        timeline_->learn(key, found.newest, found.done);
      serve_stash();
      end_turn();
    };
  });
  if (!asked) {
    phase_ = phase::serving;
    refuse_asked(busy);
  }
}

void thread_state::refuse_asked(error why) {
  why.outcome = outcome::nothing_written;
  refuse(stash_.front(), why);
  stash_.pop_front();
}

// -- the end of a turn --------------------------------------------------------------------------

void thread_state::append(append_kind kind, storage::record what) {
  under_way_.push_back(kind);
  appends_.push_back(std::move(what));
}

void thread_state::end_turn() {
  if (!appends_.empty())
    env_->ledger.append(env_->ledger.shard_of(slot_of(thread_)),
                        caf::actor_cast<appender_actor>(self_), std::exchange(appends_, {}));
  for (const auto& [user, at] : receipts_) {
    const receipt_moved receipt{thread_, user, at.delivered, at.read};
    for (const auto& member : timeline_->members())
      if (user_id{member.user()} != user)
        env_->router.to_sessions_of(user_id{member.user()}, receipt, {});
  }
  receipts_.clear();
  if (is_of_no_use() && entry_->retire(seen_))
    self_->quit();
}

bool thread_state::is_of_no_use() const {
  return phase_ == phase::serving && !timeline_->is_open() && stash_.empty() && under_way_.empty();
}

void thread_state::on_committed(std::uint64_t count) {
  if (phase_ == phase::leaving)
    return;
  const auto done = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, under_way_.size()));
  const auto events = std::count(under_way_.begin(), under_way_.begin() + done, append_kind::event);
  under_way_.erase(under_way_.begin(), under_way_.begin() + done);
  publish(timeline_->commit(static_cast<std::size_t>(events)));
}

void thread_state::publish(const std::vector<committed_event>& events) {
  std::vector<std::pair<session_address, session_notices>> acks;
  for (const auto& event : events) {
    for (std::size_t i = 0; i < event.waiting.size(); ++i) {
      const auto& ref = event.waiting[i];
      auto to = std::find_if(acks.begin(), acks.end(),
                             [&](const auto& each) { return each.first == ref.session; });
      if (to == acks.end())
        to = acks.insert(acks.end(), {ref.session, {}});
      to->second.push_back(
          send_acked{ref.request, thread_, event.event.seq, event.ordinal, event.time, i > 0});
    }
  }
  for (auto& [session, notices] : acks)
    env_->router.to_session(session, std::move(notices));

  // Whoever sent an event has its ack: each run of events from one session goes to all others.
  for (auto run = events.begin(); run != events.end();) {
    const auto origin = run->waiting.front().session;
    auto batch = std::make_shared<std::vector<delivered_event>>();
    for (; run != events.end() && run->waiting.front().session == origin; ++run)
      batch->push_back(run->event);
    const events_delivered push{thread_, std::move(batch)};
    for (const auto& member : timeline_->members())
      env_->router.to_sessions_of(user_id{member.user()}, push, origin);
  }
}

void thread_state::note_cursor(user_id user, const std::optional<member_cursors>& moved) {
  if (!moved)
    return;
  auto known = std::find_if(receipts_.begin(), receipts_.end(),
                            [&](const auto& each) { return each.first == user; });
  if (known == receipts_.end())
    receipts_.emplace_back(user, *moved);
  else
    known->second = *moved;
  if (!std::exchange(cursors_due_, true))
    self_->delayed_send(self_, env_->limits.cursors_every, continuation{[this] {
                          write_cursors();
                          end_turn();
                        }});
}

void thread_state::write_cursors() {
  cursors_due_ = false;
  if (phase_ == phase::leaving || !cursors_.has_unwritten())
    return;
  state::Record record;
  *record.mutable_cursors_moved() = cursors_.take_unwritten(thread_);
  append(append_kind::cursors, std::move(record));
}

// -- the end ------------------------------------------------------------------------------------

void thread_state::on_tick() {
  if (phase_ == phase::leaving)
    return;
  const auto idle = self_->clock().now() - busy_at_;
  const bool at_rest = phase_ == phase::serving && under_way_.empty() && !cursors_due_;
  if (at_rest && idle >= env_->limits.idle_after && entry_->retire(seen_))
    return self_->quit();
  self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
}

void thread_state::on_lost(const error& why) {
  if (phase_ == phase::leaving)
    return;
  for (const auto& ref : timeline_->fail())
    refuse_request(env_->router, ref, why);
  leave(why);
}

void thread_state::refuse_stash(const error& why) {
  for (const auto& input : std::exchange(stash_, {}))
    refuse(input, why);
}

void thread_state::leave(const error& why) {
  phase_ = phase::leaving;
  left_because_ = why;
  refuse_stash(why);
  appends_.clear();
  receipts_.clear();
  entry_->abandon();
  quit_after_mailbox(self_);
}

} // namespace weft::actors
