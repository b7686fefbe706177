#include "net/admission.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace weft::net;

TEST_CASE("the node's budget is taken whole or not at all") {
  node_budget budget{100};
  CHECK(budget.try_take(60));
  CHECK_FALSE(budget.try_take(41));
  CHECK(budget.in_use() == 60);
  CHECK(budget.try_take(40));
  CHECK_FALSE(budget.try_take(1));
  budget.give_back(100);
  CHECK(budget.in_use() == 0);
}

TEST_CASE("reads give way when half of the budget is in use, writes go on") {
  node_budget budget{100};
  CHECK(budget.try_take(50, request_kind::read));
  CHECK_FALSE(budget.try_take(1, request_kind::read));
  CHECK(budget.try_take(50, request_kind::write));
  CHECK_FALSE(budget.try_take(1, request_kind::write));
  budget.give_back(51);
  CHECK(budget.try_take(1, request_kind::read));
}

TEST_CASE("several threads never take more than the budget, and all comes back") {
  node_budget budget{1000};
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (auto i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::size_t held = 0;
      for (auto round = 0; round < 20'000; ++round)
        if (budget.try_take(7)) {
          held += 7;
          // One taker may be seen before it gives back what was too much.
          if (held > 1000)
            exceeded = true;
          if (round % 3 == 0) {
            budget.give_back(held);
            held = 0;
          }
        }
      budget.give_back(held);
    });
  for (auto& each : threads)
    each.join();
  CHECK_FALSE(exceeded);
  CHECK(budget.in_use() == 0);
}

TEST_CASE("a window is full at its number of requests and at its bytes") {
  node_budget node{10'000};
  session_window window{node};
  const window_limits limits{.requests_max = 2, .bytes_max = 100};
  CHECK_FALSE(window.is_full(limits));
  CHECK(window.admit(1, 10) == admitted::yes);
  CHECK_FALSE(window.is_full(limits));
  CHECK(window.admit(2, 10) == admitted::yes);
  CHECK(window.is_full(limits));
  CHECK(window.answer(1, 5));
  window.begin_write();
  window.end_write();
  CHECK_FALSE(window.is_full(limits));
  CHECK(window.admit(3, 200) == admitted::yes);
  CHECK(window.is_full({.requests_max = 100, .bytes_max = 100}));
}

TEST_CASE("a request holds its place until its reply has been written") {
  node_budget node{10'000};
  session_window window{node};
  CHECK(window.admit(1, 100) == admitted::yes);
  CHECK(window.admit(2, 100) == admitted::yes);
  CHECK(node.in_use() == 200);
  CHECK(window.answer(2, 50));
  CHECK(window.requests() == 2);
  window.begin_write();
  // Answered while the other is being written: it goes with the next write.
  CHECK(window.answer(1, 50));
  CHECK(node.in_use() == 200);
  window.end_write();
  CHECK(window.requests() == 1);
  CHECK(node.in_use() == 100);
  window.begin_write();
  window.end_write();
  CHECK(window.requests() == 0);
  CHECK(window.bytes() == 0);
  CHECK(node.in_use() == 0);
}

TEST_CASE("a reply larger than its charge is charged with what it is") {
  node_budget node{150};
  session_window window{node};
  CHECK(window.admit(1, 100) == admitted::yes);
  CHECK(window.answer(1, 1000));
  CHECK(node.in_use() == 1000);
  CHECK(window.admit(2, 1) == admitted::node_full);
  window.begin_write();
  window.end_write();
  CHECK(node.in_use() == 0);
  CHECK(window.admit(2, 1) == admitted::yes);
}

TEST_CASE("an id that still waits cannot be used again, and an unknown one cannot be answered") {
  node_budget node{1000};
  session_window window{node};
  CHECK(window.admit(7, 1) == admitted::yes);
  CHECK(window.admit(7, 1) == admitted::id_in_use);
  CHECK(window.answer(7, 1));
  CHECK_FALSE(window.answer(7, 1));
  CHECK(window.admit(7, 1) == admitted::yes);
}

TEST_CASE("a node that is full takes nothing of a session's window") {
  node_budget node{10};
  session_window window{node};
  CHECK(window.admit(1, 11) == admitted::node_full);
  CHECK(window.requests() == 0);
  CHECK(node.in_use() == 0);
}

TEST_CASE("answers of the connection itself hold a place until they are written") {
  node_budget node{10};
  session_window window{node};
  window.admit_answered(3);
  CHECK(window.requests() == 3);
  window.begin_write();
  window.end_write();
  CHECK(window.requests() == 0);
}

TEST_CASE("answers that are being written are freed apart from those that wait") {
  node_budget node{1000};
  session_window window{node};
  CHECK(window.admit(1, 100) == admitted::yes);
  CHECK(window.answer(1, 50));
  window.admit_being_written(3);
  CHECK(window.requests() == 4);
  window.end_write();
  CHECK(window.requests() == 1);
  CHECK(node.in_use() == 100);
  window.begin_write();
  window.end_write();
  CHECK(window.requests() == 0);
  CHECK(node.in_use() == 0);
}

TEST_CASE("nothing stays taken when a window goes, answered or not") {
  node_budget node{1000};
  {
    session_window window{node};
    CHECK(window.admit(1, 100) == admitted::yes);
    CHECK(window.admit(2, 100) == admitted::yes);
    CHECK(window.admit(3, 100) == admitted::yes);
    CHECK(window.answer(1, 1));
    window.begin_write();
    CHECK(window.answer(2, 1));
    window.write_off_answers();
    CHECK(node.in_use() == 200);
    window.write_off_waiting();
    CHECK(node.in_use() == 100);
  }
  CHECK(node.in_use() == 0);
}

TEST_CASE("a session reports as fast as the meter refills") {
  report_meter meter;
  CHECK(meter.may_read(1000));
  meter.take(report_meter::reports_per_second);
  CHECK_FALSE(meter.may_read(1000));
  meter.take(report_meter::reports_per_second);
  const auto wait = meter.wait_ms();
  CHECK(wait > 0);
  CHECK_FALSE(meter.may_read(1000 + wait / 2));
  CHECK(meter.may_read(1000 + wait));
  CHECK(meter.wait_ms() == 0);
}
