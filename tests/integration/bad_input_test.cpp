// What a node does with what is no proper frame, or not in its place.
#include "tests/integration/ann_and_bob.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

namespace weft::testing {

namespace {

/// After whatever happened: two others chat as if nothing had.
void check_that_others_chat(ann_and_bob& others) {
  REQUIRE(others.ann.send(others.thread, "still there?").has_ack());
  REQUIRE(others.bob.await_events(others.thread, 1).front().message().body() == "still there?");
}

weft::ClientFrame some_request(std::uint64_t request) {
  weft::ClientFrame frame;
  frame.set_request_id(request);
  frame.mutable_heartbeat();
  return frame;
}

/// Every request that needs a session.
std::vector<weft::ClientFrame> requests_of_a_session(const thread_id& thread) {
  std::vector<weft::ClientFrame> out(6);
  out[0].mutable_heartbeat();
  out[1].mutable_send()->set_thread(to_bytes(thread));
  out[1].mutable_send()->set_op_id(std::string(16, '\x7f'));
  out[2].mutable_history()->set_thread(to_bytes(thread));
  out[3].mutable_inbox();
  out[4].mutable_mark_read()->set_thread(to_bytes(thread));
  out[4].mutable_mark_read()->set_seq(1);
  out[5].mutable_find_user()->set_name("ann");
  out.emplace_back().mutable_logout();
  return out;
}

} // namespace

TEST_CASE_FIXTURE(ann_and_bob, "what is no frame of Weft ends its connection and no other") {
  struct garbage {
    const char* what;
    std::string bytes;
    weft::ErrorCode code;
  };
  const std::vector<garbage> all{
      {"a browser", "GET / HTTP/1.1\r\nHost: weft\r\n\r\n", weft::TOO_LARGE},
      {"a TLS client", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
       weft::TOO_LARGE},
      {"an endless frame", "\xff\xff\xff\xff", weft::TOO_LARGE},
      {"a frame of 0xff", frame_of(std::string(64, '\xff')), weft::BAD_REQUEST},
      {"a cut field", frame_of("\x12\x7fshort"), weft::BAD_REQUEST},
  };
  for (const auto& each : all) {
    CAPTURE(each.what);
    wire_connection fresh(node);
    fresh.write(each.bytes);
    REQUIRE(fresh.await_closed());
    REQUIRE(fresh.last_words());
    CHECK(fresh.last_words()->closing().code() == each.code);

    device eve(node, std::string("eve") + std::to_string(&each - all.data()));
    eve.register_account();
    eve.line().write(each.bytes);
    REQUIRE(eve.line().await_closed());
    REQUIRE(eve.line().last_words());
    CHECK(eve.line().last_words()->closing().code() == each.code);
    check_that_others_chat(*this);
  }
}

TEST_CASE_FIXTURE(ann_and_bob,
                  "a frame beyond the limit ends its connection, one at the limit not") {
  const auto limit = ann.connect().frame_bytes_max();
  ann.resume();
  // A frame of exactly the limit: its body is too large, which is an answer to the request.
  weft::ClientFrame frame;
  frame.set_request_id(100);
  frame.mutable_send()->set_thread(to_bytes(thread));
  frame.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
  frame.mutable_send()->set_body(std::string(limit, 'x'));
  frame.mutable_send()->mutable_body()->resize(2 * limit - frame.ByteSizeLong());
  REQUIRE(frame.ByteSizeLong() == limit);
  ann.line().write_frame(frame);
  CHECK(ann.reply_to(100).error().code() == weft::TOO_LARGE);
  check_that_others_chat(*this);
  frame.mutable_send()->mutable_body()->push_back('x');
  ann.line().write_frame(frame);
  REQUIRE(ann.line().await_closed());
  CHECK(ann.line().last_words()->closing().code() == weft::TOO_LARGE);

  // Strangers are allowed less.
  wire_connection stranger(node);
  stranger.greet();
  stranger.write(std::string("\x00\x00\x20\x00", 4));
  REQUIRE(stranger.await_closed());
  CHECK(stranger.last_words()->closing().code() == weft::TOO_LARGE);
}

TEST_CASE_FIXTURE(ann_and_bob, "a connection that ends inside a frame leaves nothing behind") {
  weft::ClientFrame frame;
  frame.set_request_id(100);
  frame.mutable_send()->set_thread(to_bytes(thread));
  frame.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
  frame.mutable_send()->set_body("cut short");
  const auto bytes = frame_of(frame.SerializeAsString());
  for (std::size_t size : {std::size_t{1}, std::size_t{4}, std::size_t{5}, bytes.size() - 1}) {
    ann.line().write(std::string_view(bytes).substr(0, size));
    ann.leave();
    ann.resume();
  }
  // Byte by byte, but complete, it counts.
  for (const char byte : bytes)
    ann.line().write({&byte, 1});
  CHECK(ann.reply_to(100).ack().seq() == 1);
  CHECK(whole_history(bob, thread).size() == 1);
}

TEST_CASE_FIXTURE(ann_and_bob,
                  "requests before their time are refused, and the connection is kept") {
  wire_connection early(node);
  early.write_frame(some_request(7));
  auto answer = early.read_frame();
  REQUIRE(answer);
  CHECK(answer->request_id() == 7);
  CHECK(answer->error().code() == weft::BAD_REQUEST);
  CHECK(early.greet().version() == 1);
  std::uint64_t request = 10;
  for (auto& frame : requests_of_a_session(thread)) {
    frame.set_request_id(++request);
    early.write_frame(frame);
    answer = early.read_frame();
    REQUIRE(answer);
    CHECK(answer->request_id() == request);
    CHECK(answer->error().code() == weft::NOT_SIGNED_IN);
    CHECK(answer->error().outcome() == weft::NOTHING_WRITTEN);
  }
  // The same words from somebody signed in mean something.
  CHECK(ann.beat().has_heartbeat_ack());
  // Hello and signing in belong to the beginning.
  weft::ClientFrame again;
  again.mutable_hello()->set_version_min(1);
  again.mutable_hello()->set_version_max(1);
  CHECK(ann.ask(again).error().code() == weft::BAD_REQUEST);
  weft::ClientFrame resume;
  resume.mutable_resume()->set_token(bob.token());
  CHECK(ann.ask(resume).error().code() == weft::BAD_REQUEST);
  check_that_others_chat(*this);
}

TEST_CASE_FIXTURE(ann_and_bob, "a client of another version is told so") {
  for (const auto& [low, high] : {std::pair{0u, 0u}, std::pair{2u, 9u}}) {
    wire_connection other(node);
    weft::ClientFrame frame;
    frame.set_request_id(1);
    frame.mutable_hello()->set_version_min(low);
    frame.mutable_hello()->set_version_max(high);
    other.write_frame(frame);
    REQUIRE(other.await_closed());
    REQUIRE(other.last_words());
    CHECK(other.last_words()->closing().code() == weft::BAD_VERSION);
  }
  // Who also speaks newer ones gets ours.
  wire_connection newer(node);
  weft::ClientFrame frame;
  frame.set_request_id(1);
  frame.mutable_hello()->set_version_min(1);
  frame.mutable_hello()->set_version_max(9);
  newer.write_frame(frame);
  const auto answer = newer.read_frame();
  REQUIRE(answer);
  CHECK(answer->hello().version() == 1);
}

TEST_CASE_FIXTURE(ann_and_bob, "requests with missing or malformed fields are refused one by one") {
  const auto refused = [&](weft::ClientFrame frame) {
    const auto answer = ann.ask(std::move(frame));
    CHECK(answer.error().outcome() == weft::NOTHING_WRITTEN);
    return answer.error().code();
  };
  weft::ClientFrame nothing;
  CHECK(refused(nothing) == weft::BAD_REQUEST);

  weft::ClientFrame nowhere;
  nowhere.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
  CHECK(refused(nowhere) == weft::BAD_REQUEST);

  for (const std::string op : {"", "short", "0123456789abcdef"}) {
    weft::ClientFrame frame;
    frame.mutable_send()->set_thread(to_bytes(thread));
    frame.mutable_send()->set_op_id(op);
    CHECK(refused(frame) == weft::BAD_REQUEST);
  }
  auto swapped = to_bytes(thread);
  std::rotate(swapped.begin() + 1, swapped.begin() + 9, swapped.end());
  for (const std::string& id : {std::string{}, std::string("d"), std::string(17, '\0'),
                                std::string(17, '\x09'), std::string(18, '\x01'), swapped}) {
    weft::ClientFrame history;
    history.mutable_history()->set_thread(id);
    const auto code = refused(history);
    CHECK((code == weft::BAD_REQUEST || code == weft::NOT_FOUND));
    weft::ClientFrame mark;
    mark.mutable_mark_read()->set_thread(id);
    mark.mutable_mark_read()->set_seq(1);
    const auto mark_code = refused(mark);
    CHECK((mark_code == weft::BAD_REQUEST || mark_code == weft::NOT_FOUND));
  }
  weft::ClientFrame long_type;
  long_type.mutable_send()->set_thread(to_bytes(thread));
  long_type.mutable_send()->set_op_id(std::string{ann.make_op_id().view()});
  long_type.mutable_send()->set_content_type(std::string(1'000, 'x'));
  CHECK(refused(long_type) == weft::TOO_LARGE);

  // Without a request id nobody could tell what the answer is about.
  weft::ClientFrame anonymous = some_request(0);
  ann.line().write_frame(anonymous);
  const auto answer = ann.await_push([](const auto& frame) { return frame.has_error(); });
  CHECK(answer.error().code() == weft::BAD_REQUEST);
  check_that_others_chat(*this);
}

TEST_CASE_FIXTURE(ann_and_bob, "numbers at the ends of their range are numbers like others") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  REQUIRE(ann.send(thread, "one").has_ack());
  REQUIRE(ann.send(thread, "two").has_ack());
  await_inbox_row(ann, thread, 2);
  const auto page = [&](std::optional<std::uint64_t> after, std::optional<std::uint64_t> before) {
    const auto answer = bob.ask(history_request(thread, after, before, 0xffffffff));
    REQUIRE(answer.has_history());
    return answer.history().events_size();
  };
  CHECK(page(0, {}) == 2);
  CHECK(page({}, most) == 2);
  CHECK(page(0, most) == 2);
  CHECK(page(most, {}) == 0);
  CHECK(page(most, most) == 0);
  CHECK(page({}, 0) == 0);
  CHECK(page(0, 0) == 0);
  CHECK(bob.mark_read(thread, most).read_marked().seq() == 2);
  bob.report_delivered(thread, most);

  weft::ClientFrame inbox;
  inbox.mutable_inbox()->set_limit(0xffffffff);
  CHECK(ann.ask(inbox).inbox().threads_size() == 1);
  inbox.mutable_inbox()->set_below_thread(to_bytes(thread));
  inbox.mutable_inbox()->set_below_time_ms(most);
  CHECK(ann.ask(inbox).inbox().threads_size() == 1);
  inbox.mutable_inbox()->set_below_time_ms(0);
  CHECK(ann.ask(inbox).inbox().threads_size() == 0);
  inbox.mutable_inbox()->Clear();
  inbox.mutable_inbox()->set_since(most);
  CHECK(ann.ask(inbox).has_inbox());
  CHECK(ann.beat(most).has_heartbeat_ack());
  bob.leave();
  CHECK(bob.resume({{thread, most}}).user_id() == bob.user().value);
  check_that_others_chat(*this);
}

TEST_CASE_FIXTURE(ann_and_bob, "names, passwords and devices that are none are refused") {
  wire_connection line(node);
  line.greet();
  std::uint64_t request = 1;
  const auto refused = [&](const std::string& name, const std::string& secret,
                           const std::string& device_bytes) {
    weft::ClientFrame frame;
    frame.set_request_id(++request);
    frame.mutable_register_()->set_name(name);
    frame.mutable_register_()->set_password(secret);
    frame.mutable_register_()->set_device_id(device_bytes);
    frame.mutable_register_()->set_op_id(std::string{ann.make_op_id().view()});
    line.write_frame(frame);
    const auto answer = line.read_frame();
    REQUIRE(answer);
    return answer->error().code();
  };
  const std::string device_bytes{ann.id().view()};
  const std::vector<std::string> no_names{"",      "-x",  "with space",
                                          "säule", "a/b", std::string(33, 'a')};
  for (const auto& name : no_names)
    CHECK(refused(name, password, device_bytes) == weft::BAD_REQUEST);
  CHECK(refused("new", "short", device_bytes) == weft::BAD_REQUEST);
  CHECK(refused("new", std::string(257, 'x'), device_bytes) == weft::TOO_LARGE);
  CHECK(refused("new", password, "tiny") == weft::BAD_REQUEST);
}

TEST_CASE_FIXTURE(ann_and_bob, "random bytes in and around frames harm nobody") {
  auto random = seeded_random();
  std::uniform_int_distribution<int> byte(0, 255);
  const auto requests = requests_of_a_session(thread);
  device eve(node, "eve");
  eve.register_account();
  for (int round = 0; round < 150; ++round) {
    auto frame = requests[random() % (requests.size() - 1)];
    frame.set_request_id(random() % 3);
    auto bytes = frame_of(frame.SerializeAsString());
    for (auto changes = random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(byte(random));
    if (random() % 4 == 0)
      bytes.resize(random() % bytes.size() + 1);
    eve.line().write(bytes);
    if (random() % 8 == 0) {
      eve.leave();
      eve.resume();
    }
    // The node may have closed by now; then eve comes again.
    if (round % 10 == 9) {
      check_that_others_chat(*this);
      eve.leave();
      eve.resume();
    }
  }
  eve.leave();
  // Whoever stands in the history was let in by right.
  for (const auto& event : whole_history(ann, thread))
    CHECK(event.from() == ann.user().value);
}

} // namespace weft::testing
