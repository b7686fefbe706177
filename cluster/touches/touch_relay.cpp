#include "cluster/touches/touch_relay.hpp"

#include "storage/threads.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weft::cluster {
namespace {

/// Heads read by one job of the read pool: some milliseconds, so that clients' reads get their
/// turn.
constexpr std::size_t heads_of_job = 256;
/// Heads asked for and not yet read; beyond them threads stay dirty.
constexpr std::size_t heads_being_read_max = 16u << 10;
/// Entries read by one job, and shards scanned at a time.
constexpr std::size_t entries_of_scan = 256;
constexpr std::size_t scans_max = 2;
/// Trimming leaves a range tombstone in the log: seldom, and then much.
constexpr std::uint64_t ticks_between_trims = 60;
constexpr std::uint64_t entries_of_trim_min = 1024;

} // namespace

touch_relay_actor::behavior_type
touch_relay(touch_relay_actor::stateful_pointer<touch_relay_state> self, touch_relay_parts parts) {
  actors::survive_strangers(self);
  auto& state = self->state;
  state.start(std::move(parts));
  return {
      [&state](const entries_committed& what) { state.on_committed(what); },
      [&state](const actors::touch_committed& what) { state.on_answer(what); },
      [](const actors::continuation& next) { next.run(); },
      [&state](caf::tick_atom) { state.on_tick(); },
  };
}

touch_relay_actor spawn_touch_relay(caf::actor_system& system, touch_relay_parts parts) {
  return system.spawn(touch_relay, std::move(parts));
}

void touch_relay_state::start(touch_relay_parts parts) {
  parts_.emplace(std::move(parts));
  // The clock runs faster than rounds are used, so that no round of an earlier start comes again.
  const auto first_round = actors::wall_clock().value * 1000;
  for (const auto& at : parts_->positions) {
    books_.emplace_back(at.relayed, first_round, parts_->limits);
    trimmed_.push_back(log_index{at.first.value - 1});
  }
  is_scanning_.resize(books_.size());
}

// -- what is committed --------------------------------------------------------------------------

void touch_relay_state::on_committed(const entries_committed& what) {
  observe(*what.entries);
  parts_->feed.took(what.entries);
}

void touch_relay_state::observe(const std::vector<storage::log_entry>& entries) {
  std::vector<taken> urgent;
  for (const auto& entry : entries) {
    auto& book = book_of(entry.shard);
    book.observe(entry);
    for (const auto& thread : book.take_urgent())
      urgent.push_back({entry.shard, thread});
  }
  read_heads(std::move(urgent));
}

void touch_relay_state::on_answer(const actors::touch_committed& what) {
  if (what.relay.value < books_.size())
    book_of(what.relay).answered(what.round);
}

void touch_relay_state::on_tick() {
  ++ticks_;
  send_touches();
  scan();
  if (ticks_ % ticks_between_trims == 0)
    trim();
  self_->delayed_send(self_, parts_->env.limits.touch_every, caf::tick_atom_v);
}

// -- touches ------------------------------------------------------------------------------------

void touch_relay_state::send_touches() {
  std::vector<taken> dirty;
  for (std::uint32_t i = 0; i < books_.size(); ++i) {
    const shard_id shard{i};
    if (!parts_->board.serves(shard))
      continue;
    auto& book = book_of(shard);
    book.tick();
    const auto under_way = heads_being_read_ + dirty.size();
    const auto room = heads_being_read_max - std::min(heads_being_read_max, under_way);
    for (const auto& thread : book.take_dirty(room))
      dirty.push_back({shard, thread});
    mark(shard);
  }
  read_heads(std::move(dirty));
}

void touch_relay_state::read_heads(std::vector<taken> threads) {
  for (std::size_t begin = 0; begin < threads.size(); begin += heads_of_job) {
    const auto end = std::min(begin + heads_of_job, threads.size());
    const std::vector<taken> some(threads.begin() + static_cast<std::ptrdiff_t>(begin),
                                  threads.begin() + static_cast<std::ptrdiff_t>(end));
    const auto self = caf::actor_cast<touch_relay_actor>(self_);
    const bool asked =
        actors::read_then(parts_->env.reads, self, [this, some, &store = parts_->env.store] {
          heads found;
          const storage::thread_reader reader(store);
          for (const auto& each : some)
            found.push_back(reader.head(each.thread));
          return [this, some, found = std::move(found)] { on_heads(some, found); };
        });
    if (asked) {
      heads_being_read_ += some.size();
      continue;
    }
    for (const auto& each : some)
      book_of(each.shard).put_back(each.thread);
  }
}

void touch_relay_state::on_heads(const std::vector<taken>& threads, const heads& found) {
  heads_being_read_ -= threads.size();
  std::vector<actors::touch> touches;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (!found[i]) {
      spdlog::warn("cannot read a thread that has news: {}", to_string(found[i].failure()));
      book_of(threads[i].shard).put_back(threads[i].thread);
      continue;
    }
    add_touches(threads[i], found[i]->value_or(state::ThreadHead{}), touches);
  }
  std::stable_sort(touches.begin(), touches.end(),
                   [](const auto& a, const auto& b) { return a.user < b.user; });
  for (auto it = touches.begin(); it != touches.end();) {
    const auto user = it->user;
    actors::user_inputs inputs;
    for (; it != touches.end() && it->user == user; ++it)
      inputs.emplace_back(std::move(*it));
    parts_->env.router.to_user(user, std::move(inputs));
  }
}

void touch_relay_state::add_touches(const taken& what, const state::ThreadHead& head,
                                    std::vector<actors::touch>& out) {
  const auto members = static_cast<std::uint32_t>(head.members_size());
  const auto& book = book_of(what.shard);
  auto round = book_of(what.shard).sent(what.thread, members);
  if (!round)
    return;
  for (const auto& member : head.members()) {
    actors::touch next;
    next.user = user_id{member.user()};
    next.thread = what.thread;
    const auto own = book.newest_own(what.thread, next.user);
    next.own_seq = own.seq;
    next.own_ordinal = own.ordinal;
    // The head was read a moment ago: what the user wrote since is committed all the same.
    next.last_seq = std::max(sequence{head.last_seq()}, own.seq);
    next.last_ordinal = std::max(ordinal{head.last_ordinal()}, own.ordinal);
    next.last_time = time_ms{head.last_time_ms()};
    if (what.thread.type == thread_id::kind::direct) {
      next.peer = what.thread.peer_of(next.user);
      for (const auto& other : head.members())
        if (user_id{other.user()} == next.peer)
          next.peer_name = other.name();
    }
    next.relay = what.shard;
    next.round = (*round)++;
    out.push_back(std::move(next));
  }
}

void touch_relay_state::mark(shard_id shard) {
  const auto upto = book_of(shard).mark_to_append();
  if (!upto)
    return;
  state::Record record;
  record.mutable_touches_relayed()->set_upto(upto->value);
  std::vector<storage::record> records;
  records.emplace_back(std::move(record));
  // Nobody is told: the relay sees it in the log, or asks again.
  parts_->env.ledger.append(shard, actors::appender_actor{}, std::move(records));
}

// -- reading the log ----------------------------------------------------------------------------

void touch_relay_state::scan() {
  for (std::uint32_t i = 0; i < books_.size() && scans_ < scans_max; ++i) {
    const shard_id shard{i};
    const auto from = book_of(shard).scan_from(parts_->board.committed(shard));
    if (from && !is_scanning_[i] && parts_->board.serves(shard))
      scan_shard(shard, *from);
  }
}

void touch_relay_state::scan_shard(shard_id shard, log_index from) {
  const auto self = caf::actor_cast<touch_relay_actor>(self_);
  // The log may hold more than is committed.
  const auto committed = parts_->board.committed(shard).value - from.value + 1;
  const auto count = std::min<std::size_t>(entries_of_scan, committed);
  const bool asked =
      actors::read_then(parts_->env.reads, self, [this, shard, from, count, &log = parts_->log] {
        auto found = log.read(shard, from, count);
        return [this, shard, found = std::move(found)] { on_scanned(shard, found); };
      });
  if (!asked)
    return;
  is_scanning_[shard.value] = true;
  ++scans_;
}

void touch_relay_state::on_scanned(shard_id shard,
                                   const result<std::vector<storage::log_entry>>& found) {
  is_scanning_[shard.value] = false;
  --scans_;
  if (!found) {
    // The next tick tries again.
    spdlog::warn("cannot look for threads with news: {}", to_string(found.failure()));
    return;
  }
  observe(*found);
  scan();
}

void touch_relay_state::trim() {
  std::vector<std::pair<shard_id, log_index>> due;
  for (std::uint32_t i = 0; i < books_.size(); ++i) {
    const shard_id shard{i};
    const auto upto = std::min(book_of(shard).marked(), parts_->board.committed(shard));
    if (upto.value >= trimmed_[i].value + entries_of_trim_min)
      due.emplace_back(shard, upto);
  }
  if (due.empty() || is_trimming_)
    return;
  const auto self = caf::actor_cast<touch_relay_actor>(self_);
  is_trimming_ = actors::read_then(parts_->env.reads, self, [this, due, &log = parts_->log] {
    std::vector<std::pair<shard_id, log_index>> done;
    for (const auto& [shard, upto] : due) {
      if (const auto trimmed = log.trim(shard, upto); trimmed)
        done.emplace_back(shard, upto);
      else
        spdlog::warn("cannot trim the log: {}", to_string(trimmed.failure()));
    }
    return [this, done = std::move(done)] {
      for (const auto& [shard, upto] : done)
        trimmed_[shard.value] = upto;
      is_trimming_ = false;
    };
  });
}

} // namespace weft::cluster
