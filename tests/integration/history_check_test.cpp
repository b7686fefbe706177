#include "tests/integration/history_check.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace weft::testing {

namespace {

op_id op_of(std::uint8_t number) {
  op_id out;
  out.bytes[15] = number;
  return out;
}

/// Three messages of one device, all acknowledged, and the history that holds them.
struct three_messages {
  thread_journal sent;
  std::vector<seen_message> history;

  three_messages() {
    for (std::uint8_t i = 1; i <= 3; ++i) {
      const auto body = "message " + std::to_string(i);
      sent[op_of(i)] = {op_of(i), user_id{7}, 0, i, body, sequence{i}};
      history.push_back({sequence{i}, ordinal{i}, user_id{7}, op_of(i), body});
    }
  }

  history_verdict check() const { return check_history(sent, history); }

  /// Gives the history dense numbers again after it was changed.
  void number_again() {
    for (std::size_t i = 0; i < history.size(); ++i) {
      history[i].seq = sequence{i + 1};
      history[i].ordinal = weft::ordinal{i + 1};
    }
  }
};

} // namespace

TEST_CASE("a history that holds what was acknowledged is clean") {
  const three_messages chat;
  const auto verdict = chat.check();
  CHECK(verdict.is_clean());
  CHECK(verdict.acknowledged == 3);
  CHECK(verdict.found == 3);
  CHECK(verdict.faults.empty());
}

TEST_CASE("a lost message is reported, at the end and in the middle") {
  three_messages at_end;
  at_end.history.pop_back();
  CHECK(at_end.check().lost == 1);
  CHECK(at_end.check().found == 2);
  CHECK_FALSE(at_end.check().faults.empty());

  three_messages in_middle;
  in_middle.history.erase(in_middle.history.begin() + 1);
  CHECK(in_middle.check().lost == 1);
  CHECK(in_middle.check().out_of_order > 0);
}

TEST_CASE("a doubled message is reported") {
  three_messages chat;
  chat.history.push_back(chat.history.front());
  chat.number_again();
  CHECK(chat.check().doubled == 1);
  CHECK(chat.check().lost == 0);
}

TEST_CASE("messages that changed their places are reported") {
  three_messages chat;
  std::swap(chat.history[0], chat.history[1]);
  chat.number_again();
  CHECK(chat.check().out_of_order > 0);

  // Also when nobody was told the numbers: a device's own order holds all the same.
  for (auto& [op, message] : chat.sent)
    message.acknowledged = {};
  CHECK(chat.check().out_of_order == 1);
}

TEST_CASE("a hole in the numbers is reported") {
  three_messages chat;
  chat.sent[op_of(3)].acknowledged = sequence{4};
  chat.history[2].seq = sequence{4};
  CHECK(chat.check().out_of_order == 1);
}

TEST_CASE("a message that nobody sent, or not so, is reported") {
  three_messages stranger;
  stranger.history.push_back({sequence{4}, ordinal{4}, user_id{7}, op_of(9), "from nowhere"});
  CHECK(stranger.check().foreign == 1);

  three_messages changed;
  changed.history[1].body = "other words";
  CHECK(changed.check().foreign == 1);
}

TEST_CASE("a message without an acknowledgement may be there or not") {
  three_messages chat;
  chat.sent[op_of(3)].acknowledged = {};
  CHECK(chat.check().is_clean());
  chat.history.pop_back();
  CHECK(chat.check().is_clean());
  CHECK(chat.check().acknowledged == 2);
}

} // namespace weft::testing
