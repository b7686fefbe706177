#include "cluster/read_gate.hpp"
#include "storage/store.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/recording_router.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <future>

namespace weft::testing {
namespace {

/// A ledger that nobody appends to.
class idle_ledger final : public actors::ledger {
public:
  void append(shard_id, const actors::appender_actor&, std::vector<storage::record>) override {}
  shard_id shard_of(slot where) const override { return shard_id{where.value}; }
};

struct fixture {
  fixture() {
    storage::store_options options;
    options.directory = directory.path() / "store";
    auto opened = storage::store::open(options);
    REQUIRE(opened);
    store = *std::move(opened);
    env.emplace(actors::domain{*store, router, ledger, reads, reads, {}});
    service.emplace(*env);
    gate.emplace(reads, *service);
  }

  /// Keeps the one thread of the pool busy until `let_go`.
  void block() {
    std::promise<void> busy;
    REQUIRE(reads.submit([this, &busy] {
      busy.set_value();
      free.get_future().wait();
    }));
    busy.get_future().wait();
  }
  void let_go() { free.set_value(); }

  std::size_t checks_answered() const {
    std::size_t out = 0;
    for (const auto& input : router.thread_inputs())
      out += std::holds_alternative<actors::peer_checked>(input) ? 1 : 0;
    return out;
  }

  temporary_directory directory;
  std::unique_ptr<storage::store> store;
  recording_router router;
  idle_ledger ledger;
  std::promise<void> free;
  std::optional<actors::domain> env;
  std::optional<actors::read_service> service;
  std::optional<cluster::read_gate> gate;
  // Its threads end before what they use.
  actors::blocking_pool reads{1, 2};
};

const actors::find_user lookup{{{actors::node_no{1}, session_no{1}}, 1}, "ann", {}};
const actors::check_user check{thread_id::direct(user_id{1}, user_id{2}), user_id{2}};
const actors::confirm_session confirmation{
    {actors::node_no{1}, session_no{1}}, user_id{1}, device_id{}, "hash"};

} // namespace

TEST_CASE("a read runs on the pool and is answered through the router") {
  fixture node;
  CHECK(node.gate->submit(lookup));
  CHECK(await([&] { return node.router.notices().size() == 1; }));
}

TEST_CASE("a full lane of clients' reads refuses them and nothing else") {
  fixture node;
  node.block();
  CHECK(node.gate->submit(lookup));
  CHECK(node.gate->submit(lookup));
  CHECK_FALSE(node.gate->submit(lookup));
  CHECK(node.gate->submit(check));
  CHECK(node.gate->submit(confirmation));
  CHECK_FALSE(node.gate->submit(check)); // That lane is full as well: it is asked again.
  CHECK(node.checks_answered() == 0);
  node.let_go();
  CHECK(await([&] { return node.checks_answered() == 1; }));
  CHECK(await([&] { return node.router.notices().size() == 3; }));
  // What a send waits for came last and was served first.
  CHECK(std::holds_alternative<actors::session_ended>(node.router.notices().front()));
}

} // namespace weft::testing
