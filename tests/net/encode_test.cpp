#include "net/encode.hpp"
#include "net/frame.hpp"
#include "net/proto/weft.pb.h"
#include "tests/net/sample_ids.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/util/message_differencer.h>

using namespace weft;
using namespace weft::net;
using namespace weft::testing;

namespace {

/// What protobuf's own parser makes of the one frame in `bytes`.
ServerFrame parsed(const byte_buffer& bytes) {
  frame_decoder decoder;
  auto lent = bytes.view();
  const auto frame = decoder.next(lent, 1u << 20);
  REQUIRE(frame.status == frame_status::complete);
  REQUIRE(lent.empty());
  ServerFrame out;
  REQUIRE(out.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
  // Canonical: protobuf would have written the same bytes.
  CHECK(out.SerializeAsString() == frame.payload);
  return out;
}

ServerFrame parsed(const actors::session_notice& notice) {
  byte_buffer bytes;
  encode_notice(bytes, notice);
  return parsed(bytes);
}

actors::delivered_event event(std::uint64_t seq, const std::string& body) {
  Event out;
  out.set_seq(seq);
  out.set_ordinal(seq);
  out.set_from(17);
  out.mutable_message()->set_body(body);
  return {sequence{seq}, std::make_shared<const std::string>(out.SerializeAsString())};
}

} // namespace

TEST_CASE("an ack says where the message stands") {
  const auto frame = parsed(actors::send_acked{300, sample_thread(), sequence{7}, ordinal{5},
                                               time_ms{1'700'000'000'000}, true});
  CHECK(frame.request_id() == 300);
  CHECK(frame.ack().thread() == to_bytes(sample_thread()));
  CHECK(frame.ack().seq() == 7);
  CHECK(frame.ack().ordinal() == 5);
  CHECK(frame.ack().time_ms() == 1'700'000'000'000);
  CHECK(frame.ack().duplicate());
}

TEST_CASE("delivered events are the stored bytes, unknown fields included") {
  auto odd = event(9, "nine");
  // A field of a later version, which a parser that writes again might drop.
  odd.bytes = std::make_shared<const std::string>(*odd.bytes + std::string{"\xf8\x3f\x01", 3});
  const std::vector<actors::delivered_event> events{event(8, std::string(300, 'x')), odd};
  byte_buffer bytes;
  encode_notice(bytes, actors::events_delivered{
                           sample_thread(),
                           std::make_shared<const std::vector<actors::delivered_event>>(events)});
  CHECK(bytes.view().find(*events[0].bytes) != std::string_view::npos);
  CHECK(bytes.view().find(*events[1].bytes) != std::string_view::npos);
  const auto frame = parsed(bytes);
  CHECK(frame.request_id() == 0);
  REQUIRE(frame.deliver().events_size() == 2);
  CHECK(frame.deliver().events(0).message().body() == std::string(300, 'x'));
  CHECK(frame.deliver().events(1).seq() == 9);
}

TEST_CASE("presence is what protobuf would write, in heartbeats and alone") {
  const std::vector<actors::user_presence> users{
      {user_id{ann}, actors::presence_state::online, time_ms{}},
      {user_id{bob}, actors::presence_state::offline, time_ms{1'700'000'000'000}},
      {user_id{3}, actors::presence_state::hidden, time_ms{}}};
  const auto check = [&](const auto& list) {
    REQUIRE(list.size() == 3);
    CHECK(list[0].user_id() == ann);
    CHECK(list[0].state() == Presence::ONLINE);
    CHECK(list[1].state() == Presence::OFFLINE);
    CHECK(list[1].last_seen_ms() == 1'700'000'000'000);
    CHECK(list[2].user_id() == 3);
    CHECK(list[2].state() == Presence::HIDDEN);
  };
  byte_buffer bytes;
  encode_heartbeat_ack(bytes, 12, inbox_version{4}, {900, users});
  const auto beat = parsed(bytes);
  CHECK(beat.request_id() == 12);
  CHECK(beat.heartbeat_ack().inbox_version() == 4);
  CHECK(beat.heartbeat_ack().presence_version() == 900);
  check(beat.heartbeat_ack().presence());
  const auto list = parsed(actors::presence_read{13, users});
  CHECK(list.request_id() == 13);
  check(list.presence().users());
}

TEST_CASE("receipts, read cursors and heartbeats are what protobuf would write") {
  const auto receipt =
      parsed(actors::receipt_moved{sample_thread(), user_id{1ULL << 63}, sequence{4}, sequence{3}});
  CHECK(receipt.receipt().user() == 1ULL << 63);
  CHECK(receipt.receipt().delivered_seq() == 4);
  CHECK(receipt.receipt().read_seq() == 3);

  const auto moved = parsed(actors::own_read_moved{sample_thread(), sequence{4}, ordinal{2}});
  CHECK(moved.read_moved().seq() == 4);
  CHECK(moved.read_moved().ordinal() == 2);

  const auto marked = parsed(actors::read_marked{5, sample_thread(), sequence{4}, ordinal{2}});
  CHECK(marked.request_id() == 5);
  CHECK(marked.read_marked().ordinal() == 2);

  byte_buffer bytes;
  encode_heartbeat_ack(bytes, 12, inbox_version{0}, {});
  CHECK(parsed(bytes).has_heartbeat_ack());
}

TEST_CASE("a history page has its events, gaps and members") {
  actors::history_page page;
  page.request = 3;
  page.thread = sample_thread();
  page.events = {event(1, "a"), event(4, "b")};
  page.skipped = {{sequence{2}, sequence{3}}};
  page.covers_from = sequence{1};
  page.covers_to = sequence{4};
  page.last_seq = sequence{9};
  page.members.resize(2);
  page.members[0].set_user(11);
  page.members[0].set_name("ann");
  page.members[1].set_user(12);
  page.members[1].set_read_seq(4);
  page.members[1].set_delivered_seq(5);
  const auto history = parsed(page).history();
  REQUIRE(history.events_size() == 2);
  CHECK(history.events(1).message().body() == "b");
  REQUIRE(history.skipped_size() == 1);
  CHECK(history.skipped(0).from() == 2);
  CHECK(history.skipped(0).to() == 3);
  CHECK(history.covers_from() == 1);
  CHECK(history.covers_to() == 4);
  CHECK(history.last_seq() == 9);
  REQUIRE(history.members_size() == 2);
  CHECK(history.members(0).name() == "ann");
  CHECK(history.members(1).user_id() == 12);
  CHECK(history.members(1).delivered_seq() == 5);
}

TEST_CASE("an inbox page counts what is unread and shows last events where there are any") {
  actors::inbox_page page;
  page.request = 4;
  page.version = inbox_version{77};
  page.complete = false;
  page.rows.resize(2);
  page.rows[0].row.set_thread(to_bytes(sample_thread()));
  page.rows[0].row.set_last_ordinal(10);
  page.rows[0].row.set_read_ordinal(4);
  page.rows[0].row.set_peer(5);
  page.rows[0].row.set_peer_name("bob");
  page.rows[0].last_event = event(12, "last").bytes;
  // The read cursor may have come before the message it stands on.
  page.rows[1].row.set_last_ordinal(1);
  page.rows[1].row.set_read_ordinal(2);
  const auto inbox = parsed(page).inbox();
  CHECK(inbox.version() == 77);
  CHECK_FALSE(inbox.complete());
  REQUIRE(inbox.threads_size() == 2);
  CHECK(inbox.threads(0).unread() == 6);
  CHECK(inbox.threads(0).peer_name() == "bob");
  CHECK(inbox.threads(0).last_event().message().body() == "last");
  CHECK(inbox.threads(1).unread() == 0);
  CHECK_FALSE(inbox.threads(1).has_last_event());
}

TEST_CASE("signing in is answered with who and how to resume") {
  actors::signed_in notice;
  notice.request = 1;
  notice.user = user_id{42};
  notice.name = "ann";
  notice.token = "token";
  notice.history_id = 99;
  notice.inbox_version = inbox_version{3};
  const auto ready = parsed(notice).ready();
  CHECK(ready.user_id() == 42);
  CHECK(ready.name() == "ann");
  CHECK(ready.token() == "token");
  CHECK(ready.history_id() == 99);
  CHECK(ready.inbox_version() == 3);
  CHECK(parsed(actors::signed_out{6}).has_done());
}

TEST_CASE("a user that does not exist is an error") {
  CHECK(parsed(actors::user_found{1, user_id{4}, "ann"}).user().name() == "ann");
  CHECK(parsed(actors::user_found{1, user_id{}, ""}).error().code() == NOT_FOUND);
}

TEST_CASE("every error code keeps its number and name on the wire") {
  for (auto number = 1; number <= static_cast<int>(errc::inactive); ++number) {
    const auto code = static_cast<errc>(number);
    const auto frame =
        parsed(actors::request_failed{2, {code, "why", outcome::unknown_retry_same_id, 250}});
    CHECK(frame.error().code() == number);
    CHECK(frame.error().message() == "why");
    CHECK(frame.error().outcome() == UNKNOWN_RETRY_SAME_ID);
    CHECK(frame.error().retry_after_ms() == 250);
    auto name = ErrorCode_Name(frame.error().code());
    for (auto& letter : name)
      letter = static_cast<char>(std::tolower(letter));
    CHECK(name == to_string(code));
  }
}

TEST_CASE("what the connection itself says can be parsed") {
  byte_buffer closing;
  encode_closing(closing, {errc::fenced, "newer", outcome::nothing_written, 5});
  CHECK(parsed(closing).closing().code() == FENCED);
  CHECK(parsed(closing).closing().reconnect_after_ms() == 5);

  byte_buffer lagging;
  encode_lagging(lagging, inbox_version{8});
  CHECK(parsed(lagging).lagging().inbox_version() == 8);

  byte_buffer locate;
  encode_locate(locate, 1, "host:7400");
  CHECK(parsed(locate).locate().addresses(0) == "host:7400");

  Hello hello;
  hello.set_version(1);
  hello.set_server("weftd");
  byte_buffer greeted;
  encode_hello(greeted, 1, hello);
  CHECK(parsed(greeted).hello().server() == "weftd");

  Status status;
  status.add_nodes()->set_state("serving");
  byte_buffer shown;
  encode_status(shown, 1, status);
  CHECK(parsed(shown).status().nodes(0).state() == "serving");
}

TEST_CASE("notices for the session alone leave nothing") {
  byte_buffer bytes;
  encode_notice(bytes, actors::inbox_moved{});
  encode_notice(bytes, actors::last_event_read{});
  encode_notice(bytes, actors::session_ended{});
  CHECK(bytes.empty());
}

TEST_CASE("hot frames need no memory but the room they are written to") {
  byte_buffer bytes;
  const auto* before = bytes.extend(4000);
  bytes.clear();
  encode_notice(
      bytes, actors::send_acked{300, sample_thread(), sequence{7}, ordinal{5}, time_ms{9}, false});
  encode_notice(bytes,
                actors::receipt_moved{sample_thread(), user_id{1}, sequence{4}, sequence{3}});
  encode_heartbeat_ack(bytes, 5, inbox_version{5}, {});
  CHECK(bytes.view().data() == before);
}
