// A node that ends, in order or not, and comes back.
#include "tests/integration/ann_and_bob.hpp"
#include "tests/integration/history_check.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace weft::testing {

namespace {

/// What one sender of the load has sent and was told.
struct load_journal {
  thread_id thread;
  thread_journal sent;
  bool was_told_to_go = false;
};

/// Sends with eight messages under way until the node closes the connection.
void send_until_closed(device& from, load_journal& journal, std::atomic<std::size_t>& acked) {
  std::map<std::uint64_t, op_id> under_way;
  std::uint64_t number = 0;
  try {
    for (;;) {
      while (under_way.size() < 8) {
        sent_message message{from.make_op_id(),      from.user(), 0, ++number,
                             std::to_string(number), {}};
        weft::ClientFrame frame;
        frame.mutable_send()->set_thread(to_bytes(journal.thread));
        frame.mutable_send()->set_op_id(std::string{message.op.view()});
        frame.mutable_send()->set_body(message.body);
        journal.sent.emplace(message.op, message);
        under_way.emplace(from.post(std::move(frame)), message.op);
      }
      const auto frame = from.line().read_frame();
      if (!frame)
        return;
      journal.was_told_to_go |= frame->has_closing();
      const auto asked = under_way.find(frame->request_id());
      if (asked == under_way.end())
        continue;
      if (frame->has_ack()) {
        journal.sent.at(asked->second).acknowledged = sequence{frame->ack().seq()};
        ++acked;
      }
      under_way.erase(asked);
    }
  } catch (const std::exception&) {
    // The connection went while it wrote.
  }
}

std::vector<seen_message> seen(const std::vector<weft::Event>& events) {
  std::vector<seen_message> out;
  for (const auto& event : events)
    out.push_back({sequence{event.seq()}, weft::ordinal{event.ordinal()}, user_id{event.from()},
                   uuid_from_bytes<op_id>(event.op_id()).value_or(op_id{}),
                   event.message().body()});
  return out;
}

} // namespace

TEST_CASE_FIXTURE(ann_and_bob, "a restart keeps accounts, devices, messages, cursors and inboxes") {
  for (const bool in_order : {true, false}) {
    const auto old_history = ann.history_id();
    const auto before = ann.send(thread, in_order ? "one" : "two").ack().seq();
    REQUIRE(bob.mark_read(thread, before).has_read_marked());
    if (in_order)
      CHECK(node.stop() == exit_state{});
    else
      node.kill();
    node.start();
    ann.resume();
    bob.resume();
    CHECK(ann.history_id() == old_history);
    CHECK(whole_history(ann, thread).size() == before);
    const auto row = await_inbox_row(bob, thread, before);
    CHECK(row.read_seq() == before);
    CHECK(row.unread() == 0);
    CHECK(row.peer_name() == "ann");
    device again(node, "bob");
    CHECK(again.log_in().user_id() == bob.user().value);
  }
}

TEST_CASE("SIGTERM under load ends the node with status 0 and loses nothing") {
  weftd_process node;
  constexpr std::size_t pairs = 4;
  std::vector<std::unique_ptr<device>> senders;
  std::vector<std::unique_ptr<device>> readers;
  std::vector<load_journal> journals(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    senders.push_back(std::make_unique<device>(node, "sender" + std::to_string(i)));
    readers.push_back(std::make_unique<device>(node, "reader" + std::to_string(i)));
    senders.back()->register_account();
    readers.back()->register_account();
    readers.back()->leave();
    journals[i].thread = thread_of(*senders.back(), *readers.back());
  }
  std::atomic<std::size_t> acked = 0;
  std::vector<std::thread> load;
  for (std::size_t i = 0; i < pairs; ++i)
    load.emplace_back([&, i] { send_until_closed(*senders[i], journals[i], acked); });
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (acked < 1'000 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  node.ask_to_stop();
  const auto end = node.wait();
  for (auto& each : load)
    each.join();
  REQUIRE(acked >= 1'000);
  REQUIRE(end);
  CHECK(*end == exit_state{});

  node.start();
  for (std::size_t i = 0; i < pairs; ++i) {
    CHECK(journals[i].was_told_to_go);
    senders[i]->resume();
    const auto verdict =
        check_history(journals[i].sent, seen(whole_history(*senders[i], journals[i].thread)));
    CHECK(verdict.acknowledged > 0);
    CHECK_MESSAGE(verdict.is_clean(), (verdict.faults.empty() ? "" : verdict.faults.front()));
  }
}

} // namespace weft::testing
