// Power losses at random moments: what was acknowledged must be there afterwards.
#include "storage/rocks.hpp"
#include "tests/storage/load.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>

namespace weft::testing {
namespace {

using namespace weft::storage;

/// Every entry whose append was reported as done, by its place.
using acknowledged = std::map<std::pair<shard_id, log_index>, shared_bytes>;

struct tally {
  std::size_t rounds = 0;
  std::size_t acknowledged = 0;
  std::size_t found = 0;
  std::size_t lost() const { return acknowledged - found; }
};

/// One life of a node: appends, applies and flushes until the power goes.
class life {
public:
  life(store& where, const power_loss_file_system& files, chat_load& load, acknowledged& done,
       std::mt19937_64& random)
      : where_(where), files_(files), load_(load), done_(done), random_(random), state_(where),
        writer_(where) {}

  void run() {
    std::thread applying([this] { apply_what_is_done(); });
    std::thread flushing([this] { flush_now_and_then(); });
    while (!files_.is_off() && !refused_)
      submit(load_.next(1 + random_() % 12));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return in_flight_ == 0; });
    ending_ = true;
    lock.unlock();
    changed_.notify_all();
    applying.join();
    flushing.join();
  }

private:
  void submit(entries what) {
    auto shared = std::make_shared<const entries>(std::move(what));
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return in_flight_ < 8; });
      ++in_flight_;
      ++submitted_;
    }
    writer_.submit({shared}, [this, shared](const result<void>& answer) {
      const std::scoped_lock lock(mutex_);
      --in_flight_;
      if (!answer)
        refused_ = true;
      // Without power nobody hears an answer any more.
      if (answer && !files_.is_off()) {
        for (const auto& entry : *shared)
          done_[{entry.shard, entry.index}] = std::get<event_record>(entry.what).bytes;
        to_apply_.push_back(shared);
      }
      changed_.notify_all();
    });
  }

  void apply_what_is_done() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !to_apply_.empty(); });
      if (to_apply_.empty())
        return;
      const auto next = to_apply_.front();
      to_apply_.pop_front();
      lock.unlock();
      // Fails once the power is off.
      (void)state_.apply(*next);
    }
  }

  /// Makes the write-ahead log change files while appends are under way.
  void flush_now_and_then() {
    std::size_t flushed_at = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ending_ || submitted_ >= flushed_at + 15; });
      if (ending_)
        return;
      flushed_at = submitted_;
      lock.unlock();
      (void)where_.flush();
      lock.lock();
    }
  }

  store& where_;
  const power_loss_file_system& files_;
  chat_load& load_;
  acknowledged& done_;
  std::mt19937_64& random_;
  applier state_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const entries>> to_apply_;
  std::size_t in_flight_ = 0;
  std::size_t submitted_ = 0;
  bool ending_ = false;
  std::atomic<bool> refused_{false};
  writer writer_;
};

enum class syncing { honest, ignored };

/// How many of the acknowledged entries the log gives back as they were, and the state shows.
std::size_t count_found(store& where, const acknowledged& done) {
  shard_log log(where);
  thread_reader threads(where);
  std::map<thread_id, std::vector<stored_event>> shown;
  const auto is_shown = [&](const event_record& event) {
    auto& events = shown[event.thread];
    if (events.empty()) {
      auto all = threads.events(
          event.thread,
          {.after = sequence{}, .limit = ~std::size_t{0}, .bytes_max = ~std::size_t{0}});
      if (all)
        events = *std::move(all);
    }
    const auto at = event.seq.value - 1;
    return at < events.size() && events[at].bytes == *event.bytes;
  };
  std::size_t found = 0;
  for (auto next = done.begin(); next != done.end();) {
    const auto shard = next->first.first;
    const auto entries = log.read(shard, log_index{1}, ~std::size_t{0});
    for (; next != done.end() && next->first.first == shard; ++next) {
      const auto at = next->first.second.value - 1;
      if (!entries || at >= entries->size())
        continue;
      const auto* event = std::get_if<event_record>(&(*entries)[at].what);
      found += event != nullptr && *event->bytes == *next->second && is_shown(*event);
    }
  }
  return found;
}

/// Runs `lives` lives of one store, each ended by a power loss, and counts after each.
void run_round(tally& into, std::mt19937_64& random, unsynced what, syncing how, int lives) {
  CAPTURE(static_cast<int>(what));
  temporary_directory directory;
  const auto path = directory.path() / "store";
  chat_load load(20, shard_count_default, random());
  acknowledged done;
  for (int i = 0; i < lives; ++i) {
    auto files = std::make_shared<power_loss_file_system>(path);
    {
      auto opened = store::open({.directory = path, .file_system = files});
      REQUIRE_MESSAGE(opened, (opened ? "" : to_string(opened.failure())));
      REQUIRE(replay(**opened));
      REQUIRE(load.resume(**opened));
      if (how == syncing::ignored)
        files->ignore_syncs();
      files->cut_power_after(random() % 400);
      life(**opened, *files, load, done, random).run();
    }
    files->lose(what, random);
    // SYNCED is never synced itself, so it is lost; and what it says was written by a program that
    // here outlived the power.
    std::filesystem::remove(path / "SYNCED");
    auto again = std::make_shared<power_loss_file_system>(path);
    auto opened = store::open({.directory = path, .file_system = again});
    // A store that lost what it believed to be synced may rightly refuse to open.
    if (how == syncing::ignored && !opened)
      break;
    REQUIRE_MESSAGE(opened, (opened ? "" : to_string(opened.failure())));
    const auto replayed = replay(**opened);
    if (how == syncing::honest)
      REQUIRE_MESSAGE(replayed, (replayed ? "" : to_string(replayed.failure())));
    ++into.rounds;
    const auto found = count_found(**opened, done);
    CHECK((how == syncing::ignored || found == done.size()));
    if (i + 1 < lives)
      continue;
    into.acknowledged += done.size();
    into.found += found;
  }
}

void print(const tally& what) {
  std::printf("power loss: rounds %zu, acknowledged %zu, found %zu, lost %zu\n", what.rounds,
              what.acknowledged, what.found, what.lost());
}

} // namespace

TEST_CASE("no acknowledged entry is lost when the power goes at random moments") {
  auto random = seeded_random();
  tally all;
  for (const auto what : {unsynced::lost, unsynced::torn, unsynced::holes}) {
    for (int round = 0; round < 3; ++round)
      run_round(all, random, what, syncing::honest, 3);
  }
  print(all);
  CHECK(all.acknowledged > 0);
  CHECK(all.lost() == 0);
}

TEST_CASE("the check for lost entries notices when syncs are taken out") {
  auto random = seeded_random();
  tally all;
  for (int round = 0; round < 20 && all.lost() == 0; ++round)
    run_round(all, random, unsynced::lost, syncing::ignored, 1);
  print(all);
  CHECK(all.lost() > 0);
}

TEST_CASE("nothing is acknowledged while a sync is held back") {
  temporary_directory directory;
  auto files = std::make_shared<power_loss_file_system>(directory.path());
  auto opened = store::open({.directory = directory.path(), .file_system = files});
  REQUIRE(opened);
  chat_load load(5, (*opened)->shard_count(), 1);
  std::atomic<int> answered{0};
  std::promise<void> all_answered;
  writer log(**opened);
  files->hold_syncs();
  for (int i = 0; i < 10; ++i) {
    append_batch batch;
    batch.entries = std::make_shared<const entries>(load.next(3));
    log.submit(std::move(batch), [&](const result<void>& answer) {
      CHECK(answer);
      if (++answered == 10)
        all_answered.set_value();
    });
  }
  files->await_held_sync();
  // The bytes are written and only their sync is missing.
  CHECK(answered == 0);
  files->release_syncs();
  all_answered.get_future().wait();
  CHECK(answered == 10);
}

} // namespace weft::testing
