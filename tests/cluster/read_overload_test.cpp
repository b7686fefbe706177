// Under overload reads are refused, and sends are not.
#include "cluster/node.hpp"
#include "tests/cluster/test_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/actor_system_config.hpp>

#include <doctest/doctest.h>

#include <future>

namespace weft::testing {
namespace {

/// A node whose reads can be made to wait.
struct fixture {
  fixture() {
    cluster::node_options options;
    options.store.directory = directory.path() / "store";
    options.name = "test";
    options.domain.read_threads = 1;
    options.domain.reads_waiting_max = 8;
    options.domain.limits.password_memory_kib = 64;
    options.domain.limits.password_passes = 1;
    auto opened = cluster::node::open(system, std::move(options));
    REQUIRE(opened);
    node = *std::move(opened);
  }

  /// Keeps the read pool busy, its lane of clients' reads full, until `let_go`.
  void overload() {
    auto& reads = node->domain().reads;
    std::promise<void> entered;
    REQUIRE(reads.submit([this, &entered] {
      entered.set_value();
      free.get_future().wait_for(std::chrono::seconds(60));
    }));
    entered.get_future().wait();
    while (reads.submit([] {})) {
    }
  }
  void let_go() { free.set_value(); }

  temporary_directory directory;
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::promise<void> free;
  std::unique_ptr<cluster::node> node;
};

} // namespace

TEST_CASE("while reads of clients fill their lane a first message is acknowledged") {
  fixture on;
  test_client ann(on.system, *on.node, test_client::new_account("ann"));
  test_client bob(on.system, *on.node, test_client::new_account("bob"));
  const auto ann_id = ann.next<actors::signed_in>().user;
  const auto bob_id = bob.next<actors::signed_in>().user;
  on.overload();
  ann.ask(actors::history_request{7, thread_id::direct(ann_id, bob_id), std::nullopt, std::nullopt,
                                  10});
  const auto refused = ann.next<actors::request_failed>();
  CHECK(refused.request == 7);
  CHECK(refused.why.code == errc::overloaded);

  actors::send_request message;
  message.request = 8;
  message.op = test_client::new_operation();
  message.peer = bob_id;
  message.body = "hello";
  ann.ask(message);
  on.let_go();
  const auto acked = ann.next<actors::send_acked>();
  CHECK(acked.request == 8);
  CHECK(acked.seq == sequence{1});
}

} // namespace weft::testing
