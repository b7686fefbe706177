#include "actors/blocking_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using weft::actors::blocking_pool;
using weft::actors::pool_lane;

namespace {

constexpr std::chrono::seconds time_limit{20};

/// Keeps a thread of a pool busy until it is opened.
class gate {
public:
  /// The job that waits here. `entered` is set once a thread is at it.
  std::function<void()> job() {
    return [this] {
      entered_.set_value();
      opened_.get_future().wait_for(time_limit);
    };
  }
  bool wait_until_entered() {
    return entered_.get_future().wait_for(time_limit) == std::future_status::ready;
  }
  void open() { opened_.set_value(); }

private:
  std::promise<void> entered_;
  std::promise<void> opened_;
};

} // namespace

TEST_CASE("one thread runs its jobs in the order they came") {
  std::vector<int> order;
  std::promise<void> done;
  blocking_pool pool(1, 10);
  for (int i = 0; i < 5; ++i)
    REQUIRE(pool.submit([&order, i] { order.push_back(i); }));
  REQUIRE(pool.submit([&done] { done.set_value(); }));
  REQUIRE(done.get_future().wait_for(time_limit) == std::future_status::ready);
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("as many jobs run at once as there are threads") {
  gate first;
  gate second;
  blocking_pool pool(2, 10);
  REQUIRE(pool.submit(first.job()));
  REQUIRE(pool.submit(second.job()));
  CHECK(first.wait_until_entered());
  CHECK(second.wait_until_entered());
  first.open();
  second.open();
}

TEST_CASE("a full queue refuses and nothing happens to the job") {
  gate busy;
  std::promise<void> ran;
  blocking_pool pool(1, 1);
  REQUIRE(pool.submit(busy.job()));
  REQUIRE(busy.wait_until_entered());
  REQUIRE(pool.submit([&ran] { ran.set_value(); }));
  auto refused = std::make_shared<bool>(false);
  CHECK_FALSE(pool.submit([refused] { *refused = true; }));
  CHECK(refused.use_count() == 1);
  busy.open();
  REQUIRE(ran.get_future().wait_for(time_limit) == std::future_status::ready);
  CHECK_FALSE(*refused);
  // There is room again.
  std::promise<void> later;
  CHECK(pool.submit([&later] { later.set_value(); }));
  CHECK(later.get_future().wait_for(time_limit) == std::future_status::ready);
}

TEST_CASE("a pool without a queue refuses everything") {
  blocking_pool pool(1, 0);
  CHECK_FALSE(pool.submit([] {}));
}

TEST_CASE("preferred jobs go before ordinary ones that came earlier") {
  gate busy;
  std::vector<int> order;
  std::promise<void> done;
  blocking_pool pool(1, 10);
  REQUIRE(pool.submit(busy.job()));
  REQUIRE(busy.wait_until_entered());
  REQUIRE(pool.submit([&order] { order.push_back(3); }));
  REQUIRE(pool.submit([&order, &done] {
    order.push_back(4);
    done.set_value();
  }));
  REQUIRE(pool.submit([&order] { order.push_back(1); }, pool_lane::preferred));
  REQUIRE(pool.submit([&order] { order.push_back(2); }, pool_lane::preferred));
  busy.open();
  REQUIRE(done.get_future().wait_for(time_limit) == std::future_status::ready);
  CHECK(order == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a lane that is full leaves the other one its room") {
  auto full = pool_lane::ordinary;
  SUBCASE("the ordinary one") {}
  SUBCASE("the preferred one") {
    full = pool_lane::preferred;
  }
  gate busy;
  blocking_pool pool(1, 2);
  REQUIRE(pool.submit(busy.job()));
  REQUIRE(busy.wait_until_entered());
  for (int i = 0; i < 2; ++i)
    REQUIRE(pool.submit([] {}, full));
  CHECK_FALSE(pool.submit([] {}, full));
  const auto other = full == pool_lane::ordinary ? pool_lane::preferred : pool_lane::ordinary;
  for (int i = 0; i < 2; ++i)
    CHECK(pool.submit([] {}, other));
  CHECK_FALSE(pool.submit([] {}, other));
  busy.open();
}

TEST_CASE("the end of a pool finishes the job at hand and drops those that wait") {
  gate busy;
  auto held = std::make_shared<int>(0);
  std::atomic<bool> stopping{false};
  std::atomic<int> dropped_ran{0};
  auto pool = std::make_unique<blocking_pool>(1, std::size_t{1} << 20);
  REQUIRE(pool->submit([&, job = busy.job(), at = pool.get()] {
    job();
    // A pool that stops takes nothing any more.
    const auto until = std::chrono::steady_clock::now() + time_limit;
    while (!stopping && std::chrono::steady_clock::now() < until) {
      stopping = !at->submit([&dropped_ran] { ++dropped_ran; });
      std::this_thread::yield();
    }
  }));
  REQUIRE(busy.wait_until_entered());
  for (int i = 0; i < 3; ++i)
    REQUIRE(pool->submit([&dropped_ran, held] { ++dropped_ran; }));
  std::thread ending([&pool] { pool.reset(); });
  busy.open();
  ending.join();
  CHECK(stopping);
  CHECK(dropped_ran == 0);
  CHECK(held.use_count() == 1);
}

TEST_CASE("a job may submit another one") {
  std::promise<void> done;
  blocking_pool pool(1, 10);
  REQUIRE(pool.submit([&] { CHECK(pool.submit([&done] { done.set_value(); })); }));
  CHECK(done.get_future().wait_for(time_limit) == std::future_status::ready);
}
