#include "tests/actors/test_ledger.hpp"

#include "tests/actors/pumped_system.hpp"

#include <caf/send.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <memory>

namespace weft::testing {

void test_ledger::append(shard_id shard, const actors::appender_actor& owner,
                         std::vector<storage::record> records) {
  ++appends_;
  for (auto& record : records)
    waiting_.push_back({shard, owner, std::move(record)});
}

shard_id test_ledger::shard_of(slot where) const {
  return storage::shard_of(where, store_.shard_count());
}

void test_ledger::write(shard_id shard, storage::record what) {
  auto& end = ends_[shard];
  end = end.next();
  auto entries = std::make_shared<std::vector<storage::log_entry>>();
  entries->push_back({shard, end, weft::epoch{1}, std::move(what)});
  auto written = std::make_shared<std::promise<bool>>();
  writer_.submit({entries, {}}, [written](const result<void>& done) {
    written->set_value(static_cast<bool>(done));
  });
  auto answer = written->get_future();
  REQUIRE(answer.wait_for(time_limit) == std::future_status::ready);
  REQUIRE(answer.get());
  REQUIRE(applier_.apply(*entries));
}

void test_ledger::commit(std::size_t count) {
  count = std::min(count, waiting_.size());
  while (count > 0) {
    const auto owner = waiting_.front().owner;
    std::uint64_t done = 0;
    for (; count > 0 && waiting_.front().owner == owner; --count, ++done) {
      write(waiting_.front().shard, std::move(waiting_.front().what));
      waiting_.pop_front();
    }
    caf::anon_send(owner, actors::atom::committed_v, done);
  }
}

void test_ledger::lose(const error& why) {
  std::vector<actors::appender_actor> told;
  for (const auto& each : std::exchange(waiting_, {})) {
    if (std::find(told.begin(), told.end(), each.owner) != told.end())
      continue;
    told.push_back(each.owner);
    caf::anon_send(each.owner, actors::atom::lost_v, why);
  }
}

void test_ledger::put(slot where, storage::record what) {
  write(shard_of(where), std::move(what));
}

} // namespace weft::testing
