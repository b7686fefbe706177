// The two who chat in most tests.
#pragma once

#include "tests/integration/device.hpp"

namespace weft::testing {

/// A node of their own, and two users who are signed in on one device each.
struct ann_and_bob {
  weftd_process node;
  device ann{node, "ann"};
  device bob{node, "bob"};
  thread_id thread;

  ann_and_bob() : ann_and_bob(std::vector<std::string>{}) {}
  explicit ann_and_bob(std::vector<std::string> flags) : node({{}, std::move(flags)}) {
    ann.register_account();
    bob.register_account();
    thread = thread_of(ann, bob);
  }
};

} // namespace weft::testing
