// Random histories against a model of plain maps.
#include "storage/inbox.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/seed.hpp"

#include <map>

namespace weft::testing {
namespace {

using namespace weft::storage;

/// What a store must show, in the plainest form.
struct model {
  struct thread {
    std::vector<std::string> events;
    std::map<user_id, std::pair<std::uint64_t, std::uint64_t>> cursors;
    std::map<std::pair<device_id, op_id>, std::pair<sequence, std::uint64_t>> operations;
  };
  struct inbox {
    inbox_version version;
    std::map<thread_id, std::pair<std::uint64_t, std::uint64_t>> time_and_version;
  };
  std::map<thread_id, thread> threads;
  std::map<user_id, inbox> inboxes;
};

/// Makes random entries, keeps the model in step, and compares.
class history {
public:
  history(open_store& under_test, std::mt19937_64& random) : store_(under_test), random_(random) {
    chat_load load(6, store_.where->shard_count(), random_());
    chats_ = load.conversations();
    ends_.resize(store_.where->shard_count());
  }

  void run(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i)
      step();
  }

  void compare() {
    for (const auto& chat : chats_)
      compare_thread(chat);
    for (const auto& [user, inbox] : model_.inboxes)
      compare_inbox(user, inbox);
  }

private:
  void step() {
    switch (random_() % 10) {
    case 0:
      REQUIRE(store_.where->flush());
      break;
    case 1:
      apply_all();
      // Closes cleanly or with what was flushed before only.
      store_.reopen();
      REQUIRE(replay(*store_.where));
      break;
    case 2:
      apply_all();
      REQUIRE(store_.log->trim(shard_id{static_cast<std::uint32_t>(random_() % ends_.size())},
                               log_index{random_() % 100}));
      break;
    case 3:
      apply_all();
      compare();
      break;
    default:
      append_some();
    }
  }

  void append_some() {
    entries some;
    for (auto n = 1 + random_() % 10; n > 0; --n)
      some.push_back(decide());
    const auto done = append(*store_.writer, some);
    REQUIRE_MESSAGE(done, why(done));
    pending_.insert(pending_.end(), some.begin(), some.end());
    if (random_() % 2 == 0)
      apply_all();
  }

  void apply_all() {
    const auto done = store_.applier->apply(pending_);
    REQUIRE_MESSAGE(done, why(done));
    pending_.clear();
  }

  log_entry place(shard_id shard) {
    log_entry out;
    out.shard = shard;
    out.index = ends_[shard.value] = ends_[shard.value].next();
    out.epoch = epoch{1};
    return out;
  }

  log_entry decide() {
    auto& chat = chats_[random_() % chats_.size()];
    const auto kind = random_() % 10;
    if (kind < 6 || !chat.last)
      return decide_event(chat);
    return kind < 8 ? decide_cursors(chat) : decide_inbox(chat);
  }

  log_entry decide_event(conversation& chat) {
    chat.last = chat.last.next();
    chat.last_time = time_ms{chat.last_time.value + random_() % 1000};
    const auto event =
        make_event(chat, chat.last, chat.last_time, std::string(random_() % 300, 'b'));
    auto& thread = model_.threads[chat.thread];
    thread.events.push_back(*event.bytes);
    thread.operations[{event.device, event.op}] = {event.seq, event.payload_hash};
    for (const auto& member : event.opening)
      thread.cursors[user_id{member.user()}] = {};
    auto out = place(chat.shard);
    out.what = event;
    return out;
  }

  log_entry decide_cursors(const conversation& chat) {
    auto& cursors = model_.threads[chat.thread].cursors;
    state::Record record;
    record.mutable_cursors_moved()->set_thread(to_bytes(chat.thread));
    for (auto& [user, at] : cursors) {
      auto* cursor = record.mutable_cursors_moved()->add_cursors();
      cursor->set_user(user.value);
      cursor->set_read_seq(random_() % (chat.last.value + 1));
      cursor->set_delivered_seq(random_() % (chat.last.value + 1));
      at.first = std::max(at.first, cursor->read_seq());
      at.second = std::max(at.second, cursor->delivered_seq());
    }
    auto out = place(chat.shard);
    out.what = std::move(record);
    return out;
  }

  log_entry decide_inbox(const conversation& chat) {
    const auto user = random_() % 2 == 0 ? chat.lower : chat.upper;
    auto& inbox = model_.inboxes[user];
    inbox.version = inbox.version.next();
    state::Record record;
    auto& changed = *record.mutable_inbox_changed();
    changed.set_user(user.value);
    changed.set_version(inbox.version.value);
    auto& row = *changed.add_rows();
    auto& known = inbox.time_and_version[chat.thread];
    row.set_previous_time_ms(known.first);
    row.set_previous_version(known.second);
    known = {chat.last_time.value, inbox.version.value};
    row.mutable_row()->set_thread(to_bytes(chat.thread));
    row.mutable_row()->set_last_time_ms(known.first);
    row.mutable_row()->set_version(known.second);
    auto out = place(shard_of(slot_of(user), store_.where->shard_count()));
    out.what = std::move(record);
    return out;
  }

  void compare_thread(const conversation& chat) const {
    const auto expected = model_.threads.find(chat.thread);
    thread_reader threads(*store_.where);
    const auto head = threads.head(chat.thread);
    REQUIRE_MESSAGE(head, why(head));
    REQUIRE((*head).has_value() == (expected != model_.threads.end()));
    if (!*head)
      return;
    const auto& thread = expected->second;
    REQUIRE((*head)->last_seq() == thread.events.size());
    REQUIRE(static_cast<std::size_t>((*head)->members_size()) == thread.cursors.size());
    for (const auto& member : (*head)->members())
      REQUIRE(thread.cursors.at(user_id{member.user()}) ==
              std::pair{member.read_seq(), member.delivered_seq()});
    compare_pages(chat.thread, thread.events);
    for (const auto& [key, value] : thread.operations) {
      const auto found = threads.operation(chat.thread, key.first, key.second);
      REQUIRE_MESSAGE(found, why(found));
      REQUIRE(*found);
      REQUIRE((*found)->seq == value.first);
      REQUIRE((*found)->payload_hash == value.second);
    }
    const auto newest = threads.newest_operation(chat.thread, chat.device);
    REQUIRE(newest);
    REQUIRE((*newest)->op == thread.operations.rbegin()->first.second);
  }

  void compare_pages(const thread_id& thread, const std::vector<std::string>& events) const {
    const auto from = random_() % (events.size() + 3);
    const auto limit = random_() % 20;
    const auto ascending =
        thread_reader(*store_.where).events(thread, {.after = sequence{from}, .limit = limit});
    REQUIRE_MESSAGE(ascending, why(ascending));
    const auto above = from < events.size() ? events.size() - from : 0;
    REQUIRE(ascending->size() == std::min(limit, above));
    for (std::size_t i = 0; i < ascending->size(); ++i)
      REQUIRE((*ascending)[i].bytes == events[from + i]);
    const auto descending =
        thread_reader(*store_.where).events(thread, {.before = sequence{from}, .limit = limit});
    REQUIRE_MESSAGE(descending, why(descending));
    const auto below = std::min(from == 0 ? 0 : from - 1, events.size());
    REQUIRE(descending->size() == std::min(limit, below));
    for (std::size_t i = 0; i < descending->size(); ++i)
      REQUIRE((*descending)[i].bytes == events[below - descending->size() + i]);
  }

  void compare_inbox(user_id user, const model::inbox& expected) const {
    inbox_reader inbox(*store_.where);
    REQUIRE(*inbox.version(user) == expected.version);
    std::map<std::pair<std::uint64_t, std::string>, bool> by_time;
    std::map<std::uint64_t, std::string> by_version;
    for (const auto& [thread, at] : expected.time_and_version) {
      by_time[{~at.first, to_bytes(thread)}] = true;
      by_version[at.second] = to_bytes(thread);
    }
    const auto newest = inbox.newest(user, std::nullopt, 1000);
    REQUIRE_MESSAGE(newest, why(newest));
    REQUIRE(newest->size() == by_time.size());
    auto next = by_time.begin();
    for (const auto& row : *newest)
      REQUIRE(row.thread() == (next++)->first.second);
    const inbox_version since{random_() % (expected.version.value + 1)};
    const auto changed = inbox.changed_since(user, since, 1000);
    REQUIRE_MESSAGE(changed, why(changed));
    auto expected_next = by_version.upper_bound(since.value);
    for (const auto& row : *changed) {
      REQUIRE(expected_next != by_version.end());
      REQUIRE(row.thread() == (expected_next++)->second);
    }
    REQUIRE(expected_next == by_version.end());
  }

  open_store& store_;
  std::mt19937_64& random_;
  std::vector<conversation> chats_;
  std::vector<log_index> ends_;
  entries pending_;
  model model_;
};

} // namespace

TEST_CASE("a random history reads back as plain maps say") {
  auto random = seeded_random();
  for (int round = 0; round < 3; ++round) {
    open_store one;
    history random_history(one, random);
    random_history.run(150);
  }
}

} // namespace weft::testing
