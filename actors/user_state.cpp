#include "actors/user_state.hpp"

#include "storage/inbox.hpp"

#include <algorithm>

namespace weft::actors {

namespace {

const error busy{errc::overloaded, "the inbox is busy; try again", outcome::nothing_written, 200};

/// Rows kept in memory: a person's lively threads, many times over.
constexpr std::size_t rows_kept_max = 1024;

const thread_id& thread_of(const user_input& input) {
  return std::visit([](const auto& what) -> const thread_id& { return what.thread; }, input);
}

} // namespace

void user_state::open(const domain& env, user_id user, std::shared_ptr<activation> entry) {
  env_ = &env;
  user_ = user;
  entry_ = std::move(entry);
  busy_at_ = self_->clock().now();
  load();
}

void user_state::load() {
  const auto handle = caf::actor_cast<user_actor>(self_);
  const bool asked = read_then(env_->reads, handle, [this, env = env_, user = user_] {
    auto version = storage::inbox_reader(env->store).version(user);
    return [this, version = std::move(version)] {
      if (!version)
        return leave(version.failure());
      book_.load_version(*version);
      self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
      phase_ = phase::serving;
      serve_stash();
    };
  });
  if (!asked)
    leave(busy);
}

void user_state::fetch(std::vector<thread_id> threads) {
  phase_ = phase::fetching;
  struct answer {
    error failure;
    std::vector<std::pair<thread_id, std::optional<state::InboxRow>>> rows;
  };
  const auto handle = caf::actor_cast<user_actor>(self_);
  const bool asked =
      read_then(env_->reads, handle, [this, env = env_, user = user_, ids = std::move(threads)] {
        answer found;
        storage::inbox_reader reader(env->store);
        for (const auto& id : ids) {
          auto row = reader.row(user, id);
          if (!row) {
            found.failure = row.failure();
            break;
          }
          found.rows.emplace_back(id, std::move(*row));
        }
        return [this, found = std::move(found)] {
          if (phase_ == phase::leaving)
            return;
          phase_ = phase::serving;
          if (found.failure.code != errc::none)
            return refuse_stash(found.failure);
          for (const auto& [id, row] : found.rows) {
            book_.load_row(id, row);
            // An earlier actor may have ended before it told the thread.
            if (row && row->read_seq() > 0)
              note_read(id, sequence{row->read_seq()});
          }
          serve_stash();
        };
      });
  if (!asked) {
    // The user goes on, because what it has appended is still under way.
    phase_ = phase::serving;
    refuse_stash(busy);
  }
}

// -- inputs -------------------------------------------------------------------------------------

void user_state::on_inputs(user_inputs& inputs) {
  ++seen_;
  busy_at_ = self_->clock().now();
  for (auto& input : inputs)
    take(std::move(input));
  if (phase_ == phase::serving)
    serve_stash();
}

void user_state::take(user_input&& input) {
  if (phase_ == phase::leaving)
    return refuse(input, left_because_);
  if (stash_.size() >= env_->limits.stash_inputs_max)
    return refuse(input, busy);
  stash_.push_back(std::move(input));
}

void user_state::serve_stash() {
  std::vector<thread_id> missing;
  for (const auto& input : stash_)
    if (!book_.knows(thread_of(input)))
      missing.push_back(thread_of(input));
  if (!missing.empty()) {
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    return fetch(std::move(missing));
  }
  for (auto& input : std::exchange(stash_, {}))
    std::visit([this](auto& what) { merge(what); }, input);
  end_turn();
}

void user_state::merge(touch& what) {
  const auto before = book_.read_position(what.thread).first;
  book_.merge(what);
  // Who writes has read what was before.
  if (const auto now = book_.read_position(what.thread).first; now > before)
    turn_.moved.emplace_back(what.thread, now);
  turn_.relays.push_back({what.relay, what.round, user_});
}

void user_state::merge(advance_read& what) {
  book_.merge(what);
  std::tie(what.seq, what.ordinal) = book_.read_position(what.thread);
  turn_.reads.push_back(std::move(what));
}

void user_state::end_turn() {
  auto turn = std::exchange(turn_, {});
  if (!book_.has_changes()) {
    // Repeats: what they repeat may still be under way, and is answered with it.
    if (under_way_.empty())
      return tell(turn);
    auto& last = under_way_.back();
    last.relays.insert(last.relays.end(), turn.relays.begin(), turn.relays.end());
    last.reads.insert(last.reads.end(), turn.reads.begin(), turn.reads.end());
    return;
  }
  state::Record record;
  *record.mutable_inbox_changed() = book_.take_changes(user_);
  turn.version = book_.version();
  under_way_.push_back(std::move(turn));
  std::vector<storage::record> records;
  records.emplace_back(std::move(record));
  env_->ledger.append(env_->ledger.shard_of(slot_of(user_)), caf::actor_cast<appender_actor>(self_),
                      std::move(records));
}

// -- commits ------------------------------------------------------------------------------------

void user_state::on_committed(std::uint64_t count) {
  for (; count > 0 && !under_way_.empty(); --count) {
    tell(under_way_.front());
    under_way_.pop_front();
  }
  // Only now does the store hold everything that the rows hold.
  if (under_way_.empty())
    book_.forget_rows_above(rows_kept_max);
}

void user_state::tell(const pending_change& done) {
  for (const auto& relay : done.relays)
    env_->router.to_relay(relay);
  for (const auto& read : done.reads) {
    env_->router.to_session(read.ref.session,
                            {read_marked{read.ref.request, read.thread, read.seq, read.ordinal}});
    env_->router.to_sessions_of(user_, own_read_moved{read.thread, read.seq, read.ordinal},
                                read.ref.session);
    note_read(read.thread, read.seq);
  }
  for (const auto& [thread, seq] : done.moved)
    note_read(thread, seq);
  if (done.version)
    env_->router.to_sessions_of(user_, inbox_moved{done.version}, {});
}

void user_state::note_read(const thread_id& thread, sequence seq) {
  if (reads_to_copy_.empty())
    self_->delayed_send(self_, env_->limits.cursors_every, continuation{[this] { copy_reads(); }});
  auto& noted = reads_to_copy_[thread];
  noted = std::max(noted, seq);
}

void user_state::copy_reads() {
  for (const auto& [thread, seq] : std::exchange(reads_to_copy_, {}))
    env_->router.to_thread(thread, {copy_read{thread, user_, seq}});
}

// -- the end ------------------------------------------------------------------------------------

void user_state::on_tick() {
  if (phase_ == phase::leaving)
    return;
  const auto idle = self_->clock().now() - busy_at_;
  const bool at_rest = phase_ == phase::serving && under_way_.empty() && reads_to_copy_.empty();
  if (at_rest && idle >= env_->limits.idle_after && entry_->retire(seen_))
    return self_->quit();
  self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
}

void user_state::refuse(const user_input& input, const error& why) {
  if (const auto* read = std::get_if<advance_read>(&input))
    refuse_request(env_->router, read->ref, why);
}

void user_state::on_lost(const error& why) {
  if (phase_ == phase::leaving)
    return;
  for (const auto& change : under_way_)
    for (const auto& read : change.reads)
      refuse_request(env_->router, read.ref, why);
  leave(why);
}

void user_state::refuse_stash(const error& why) {
  for (const auto& input : std::exchange(stash_, {}))
    refuse(input, why);
}

void user_state::leave(const error& why) {
  phase_ = phase::leaving;
  left_because_ = why;
  refuse_stash(why);
  under_way_.clear();
  copy_reads(); // They are committed, whatever was lost.
  entry_->abandon();
  quit_after_mailbox(self_);
}

} // namespace weft::actors
