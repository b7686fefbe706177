#include "actors/token.hpp"
#include "net/decode.hpp"
#include "net/proto/weft.pb.h"
#include "tests/net/sample_ids.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace weft;
using namespace weft::net;
using namespace weft::testing;

namespace {

struct decoding {
  actors::limits limits;
  client_decoder decoder{limits};
  actors::session_requests turn;

  client_message of(const ClientFrame& frame) {
    return decoder.decode(frame.SerializeAsString(), turn);
  }

  /// The error that a frame is refused with; `none` when it is not.
  errc refusal(const ClientFrame& frame) {
    const auto before = turn.size();
    const auto message = of(frame);
    const auto* what = std::get_if<refused>(&message);
    if (what == nullptr)
      return errc::none;
    CHECK(turn.size() == before);
    CHECK(what->request == frame.request_id());
    CHECK_FALSE(what->why.message.empty());
    CHECK(what->why.message.find('\n') == std::string::npos);
    CHECK(what->why.outcome == outcome::nothing_written);
    return what->why.code;
  }

  /// The one request that a frame is.
  template <class Request>
  Request request(const ClientFrame& frame) {
    turn.clear();
    const auto message = of(frame);
    REQUIRE(std::holds_alternative<request_decoded>(message));
    CHECK(std::get<request_decoded>(message).request == frame.request_id());
    REQUIRE(turn.size() == 1);
    REQUIRE(std::holds_alternative<Request>(turn[0]));
    return std::get<Request>(turn[0]);
  }
};

ClientFrame frame_of(std::uint64_t request) {
  ClientFrame out;
  out.set_request_id(request);
  return out;
}

ClientFrame good_send() {
  auto out = frame_of(8);
  out.mutable_send()->set_op_id(sample_op());
  out.mutable_send()->set_thread(to_bytes(sample_thread()));
  out.mutable_send()->set_body("a body that is longer than a small string");
  return out;
}

ClientFrame good_register() {
  auto out = frame_of(1);
  auto& what = *out.mutable_register_();
  what.set_name("Ann");
  what.set_password("password");
  what.set_device_id(sample_device());
  what.set_device_name("phone");
  what.set_op_id(sample_op());
  return out;
}

ClientFrame good_resume() {
  auto out = frame_of(1);
  auto& what = *out.mutable_resume();
  what.set_token(actors::format_token(user_id{ann}, *uuid_from_bytes<device_id>(sample_device()),
                                      std::string(actors::token_secret_bytes, 's')));
  what.set_history_id(5);
  auto& cursor = *what.add_cursors();
  cursor.set_thread(to_bytes(sample_thread()));
  cursor.set_seq(9);
  return out;
}

/// A good frame with one thing changed.
template <class Change>
ClientFrame but(ClientFrame good, Change change) {
  change(good);
  return good;
}

std::string with_byte(std::string bytes, std::size_t at, char value) {
  bytes[at] = value;
  return bytes;
}

} // namespace

TEST_CASE("a message to a thread or to a user is decoded") {
  decoding of;
  const auto to_thread = of.request<actors::send_request>(good_send());
  CHECK(to_thread.request == 8);
  CHECK(to_thread.thread == sample_thread());
  CHECK_FALSE(to_thread.peer);
  CHECK(to_thread.body == "a body that is longer than a small string");
  CHECK(to_thread.content_type.empty());

  const auto to_user = of.request<actors::send_request>(but(good_send(), [](auto& frame) {
    frame.mutable_send()->set_user(bob);
    frame.mutable_send()->set_content_type("image/png");
  }));
  CHECK(to_user.peer == user_id{bob});
  CHECK_FALSE(to_user.thread);
  CHECK(to_user.content_type == "image/png");
}

TEST_CASE("a message with a bad field is refused and leaves nothing") {
  decoding of;
  using change = std::function<void(Send&)>;
  const std::vector<std::pair<errc, change>> bad{
      {errc::bad_request, [](Send& x) { x.clear_op_id(); }},
      {errc::bad_request, [](Send& x) { x.set_op_id("short"); }},
      {errc::bad_request, [](Send& x) { x.set_op_id(with_byte(x.op_id(), 6, 0x40)); }},
      {errc::bad_request, [](Send& x) { x.clear_to(); }},
      {errc::bad_request, [](Send& x) { x.set_user(0); }},
      {errc::bad_request, [](Send& x) { x.set_thread(""); }},
      {errc::bad_request, [](Send& x) { x.set_thread(std::string(17, '\0')); }},
      {errc::bad_request, [](Send& x) { x.set_thread(x.thread() + "x"); }},
      {errc::bad_request, [](Send& x) { x.set_thread(with_byte(x.thread(), 0, 9)); }},
      // The higher user first.
      {errc::bad_request, [](Send& x) { x.set_thread(with_byte(x.thread(), 1, 0x7F)); }},
      {errc::too_large, [](Send& x) { x.set_content_type(std::string(256, 'x')); }},
  };
  for (const auto& [code, spoil] : bad)
    CHECK(of.refusal(but(good_send(), [&](auto& x) { spoil(*x.mutable_send()); })) == code);
  of.limits.body_bytes_max = 10;
  CHECK(of.refusal(but(good_send(), [](auto& x) { x.mutable_send()->set_body("12345678901"); })) ==
        errc::too_large);
  CHECK(of.refusal(but(good_send(), [](auto& x) { x.mutable_send()->set_body("1234567890"); })) ==
        errc::none);
}

TEST_CASE("registering folds the name and checks every field") {
  decoding of;
  auto message = of.of(good_register());
  REQUIRE(std::holds_alternative<sign_in_asked>(message));
  const auto& who = std::get<actors::register_account>(std::get<sign_in_asked>(message).who);
  CHECK(who.name == "ann");
  CHECK(who.password == "password");
  CHECK(who.device_name == "phone");
  CHECK(who.device.view() == sample_device());

  using change = std::function<void(Register&)>;
  const std::vector<std::pair<errc, change>> bad{
      {errc::bad_request, [](Register& x) { x.set_name(""); }},
      {errc::bad_request, [](Register& x) { x.set_name("ann bob"); }},
      {errc::bad_request, [](Register& x) { x.set_name(std::string(33, 'a')); }},
      {errc::bad_request, [](Register& x) { x.set_name("-ann"); }},
      {errc::bad_request, [](Register& x) { x.set_password("short"); }},
      {errc::too_large, [](Register& x) { x.set_password(std::string(257, 'p')); }},
      {errc::too_large, [](Register& x) { x.set_device_name(std::string(129, 'p')); }},
      {errc::bad_request, [](Register& x) { x.set_device_id("x"); }},
      {errc::bad_request, [](Register& x) { x.set_device_id(std::string(16, '\0')); }},
      {errc::bad_request, [](Register& x) { x.set_op_id(sample_device()); }},
  };
  for (const auto& [code, spoil] : bad)
    CHECK(of.refusal(but(good_register(), [&](auto& x) { spoil(*x.mutable_register_()); })) ==
          code);
}

TEST_CASE("logging in does not say whether a password could be one") {
  decoding of;
  auto frame = frame_of(2);
  frame.mutable_login()->set_name("ANN");
  frame.mutable_login()->set_password("p");
  frame.mutable_login()->set_device_id(sample_device());
  const auto message = of.of(frame);
  REQUIRE(std::holds_alternative<sign_in_asked>(message));
  CHECK(std::get<actors::sign_in>(std::get<sign_in_asked>(message).who).name == "ann");
}

TEST_CASE("resuming takes the token apart and carries the cursors") {
  decoding of;
  const auto message = of.of(good_resume());
  REQUIRE(std::holds_alternative<sign_in_asked>(message));
  const auto& who = std::get<actors::resume>(std::get<sign_in_asked>(message).who);
  CHECK(who.user == user_id{ann});
  CHECK(who.device.view() == sample_device());
  CHECK(who.secret == std::string(actors::token_secret_bytes, 's'));
  CHECK(who.history_id == 5);
  REQUIRE(who.cursors.size() == 1);
  CHECK(who.cursors[0].thread == sample_thread());
  CHECK(who.cursors[0].seq == sequence{9});

  CHECK(of.refusal(but(good_resume(), [](auto& x) { x.mutable_resume()->set_token("x"); })) ==
        errc::bad_credentials);
  CHECK(of.refusal(but(good_resume(), [](auto& x) {
    x.mutable_resume()->mutable_cursors(0)->set_thread("x");
  })) == errc::bad_request);
  CHECK(of.refusal(but(good_resume(), [](auto& x) {
    while (x.resume().cursors_size() <= 100)
      *x.mutable_resume()->add_cursors() = x.resume().cursors(0);
  })) == errc::too_large);
}

TEST_CASE("a page's limit has a default and a maximum, and is what its reply is charged by") {
  decoding of;
  auto frame = frame_of(3);
  frame.mutable_history()->set_thread(to_bytes(sample_thread()));
  auto page = of.request<actors::history_request>(frame);
  CHECK(page.limit == 50);
  CHECK_FALSE(page.after);
  CHECK_FALSE(page.before);
  frame.mutable_history()->set_limit(5000);
  frame.mutable_history()->set_after(0);
  frame.mutable_history()->set_before(7);
  page = of.request<actors::history_request>(frame);
  CHECK(page.limit == of.limits.history_page_events_max);
  CHECK(page.after == sequence{0});
  CHECK(page.before == sequence{7});
  CHECK(std::get<request_decoded>(of.of(frame)).reply_bytes > 0);
  CHECK(std::get<request_decoded>(of.of(frame)).reply_bytes <= of.limits.history_page_bytes_max);
  // The largest bodies are counted, whether they are there or not.
  frame.mutable_history()->set_limit(7);
  CHECK(std::get<request_decoded>(of.of(frame)).reply_bytes > 7 * of.limits.body_bytes_max);
  frame.mutable_history()->set_thread("?");
  CHECK(of.refusal(frame) == errc::bad_request);
}

TEST_CASE("an inbox is asked for by version or by position, not by both") {
  decoding of;
  auto frame = frame_of(3);
  frame.mutable_inbox();
  auto page = of.request<actors::inbox_request>(frame);
  CHECK_FALSE(page.since);
  CHECK_FALSE(page.below_time);
  CHECK(page.limit == 50);
  frame.mutable_inbox()->set_since(0);
  CHECK(of.request<actors::inbox_request>(frame).since == inbox_version{0});
  frame.mutable_inbox()->set_below_time_ms(5);
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_inbox()->clear_since();
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_inbox()->set_below_thread(to_bytes(sample_thread()));
  page = of.request<actors::inbox_request>(frame);
  CHECK(page.below_time == time_ms{5});
  CHECK(page.below_thread == sample_thread());
}

TEST_CASE("users are looked for by name or by id") {
  decoding of;
  auto frame = frame_of(3);
  frame.mutable_find_user()->set_name("ANN");
  CHECK(of.request<actors::find_user_request>(frame).name == "ann");
  frame.mutable_find_user()->set_user_id(ann);
  CHECK(of.request<actors::find_user_request>(frame).user == user_id{ann});
  frame.mutable_find_user()->set_user_id(0);
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_find_user()->set_name("no such thing");
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_find_user()->clear_by();
  CHECK(of.refusal(frame) == errc::bad_request);
}

TEST_CASE("marking read needs a thread and a position") {
  decoding of;
  auto frame = frame_of(3);
  frame.mutable_mark_read()->set_thread(to_bytes(sample_thread()));
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_mark_read()->set_seq(4);
  CHECK(of.request<actors::mark_read_request>(frame).seq == sequence{4});
  frame.mutable_mark_read()->set_thread("");
  CHECK(of.refusal(frame) == errc::bad_request);
}

TEST_CASE("receipts need no request id and come one for each thread") {
  decoding of;
  ClientFrame frame;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    auto& cursor = *frame.mutable_delivered()->add_cursors();
    cursor.set_thread(to_bytes(thread_id::direct(user_id{i}, user_id{9})));
    cursor.set_seq(i);
  }
  auto message = of.of(frame);
  REQUIRE(std::holds_alternative<reports_decoded>(message));
  CHECK(std::get<reports_decoded>(message).count == 3);
  REQUIRE(of.turn.size() == 3);
  CHECK(std::get<actors::delivered_report>(of.turn[2]).seq == sequence{3});

  // One bad cursor, and none of them counts.
  of.turn.clear();
  frame.mutable_delivered()->mutable_cursors(2)->set_seq(0);
  CHECK(of.refusal(frame) == errc::bad_request);
  CHECK(of.turn.empty());
  while (frame.delivered().cursors_size() <= 100)
    *frame.mutable_delivered()->add_cursors() = frame.delivered().cursors(0);
  CHECK(of.refusal(frame) == errc::too_large);
}

TEST_CASE("what the connection answers itself is told apart") {
  decoding of;
  auto frame = frame_of(5);
  frame.mutable_hello()->set_version_min(1);
  frame.mutable_hello()->set_version_max(3);
  frame.mutable_hello()->set_software("test/1");
  const auto hello = of.of(frame);
  REQUIRE(std::holds_alternative<hello_asked>(hello));
  CHECK(std::get<hello_asked>(hello).version_max == 3);
  CHECK(std::get<hello_asked>(hello).software == "test/1");
  frame.mutable_heartbeat()->set_presence_version(77);
  frame.mutable_heartbeat()->set_foreground(true);
  const auto beat = of.of(frame);
  REQUIRE(std::holds_alternative<heartbeat_heard>(beat));
  CHECK(std::get<heartbeat_heard>(beat).presence_version == 77);
  CHECK(std::get<heartbeat_heard>(beat).foreground == in_foreground::yes);
  frame.mutable_status();
  CHECK(std::holds_alternative<status_asked>(of.of(frame)));
  frame.mutable_locate();
  CHECK(std::holds_alternative<locate_asked>(of.of(frame)));
  frame.mutable_logout();
  CHECK(of.request<actors::sign_out_request>(frame).request == 5);
}

TEST_CASE("a request without an id, or of a kind the server does not know, is refused") {
  decoding of;
  auto frame = good_send();
  frame.clear_request_id();
  CHECK(of.refusal(frame) == errc::bad_request);
  CHECK(of.refusal(frame_of(4)) == errc::bad_request);
  CHECK(of.refusal(ClientFrame{}) == errc::bad_request);
}

TEST_CASE("bytes that are no ClientFrame are unreadable") {
  decoding of;
  for (const std::string bytes :
       {"\xFF\xFF\xFF\xFF", "GET / HTTP/1.1\r\n\r\n", "\x0A", "\x42\x05xx"})
    CHECK(std::holds_alternative<unreadable>(of.decoder.decode(bytes, of.turn)));
  // A string that is not UTF-8.
  auto frame = good_register().SerializeAsString();
  frame[frame.find("phone")] = '\xFF';
  CHECK(std::holds_alternative<unreadable>(of.decoder.decode(frame, of.turn)));
  CHECK(of.turn.empty());
}

TEST_CASE("fields of a later version are passed over") {
  decoding of;
  const auto bytes = good_send().SerializeAsString() + std::string{"\xf8\x3f\x01", 3};
  CHECK(std::holds_alternative<request_decoded>(of.decoder.decode(bytes, of.turn)));
}

TEST_CASE("a question for presence names some users, and not too many") {
  decoding of;
  auto frame = frame_of(8);
  frame.mutable_presence();
  CHECK(of.refusal(frame) == errc::bad_request);
  for (std::size_t i = 1; i <= of.limits.presence_lookup_users_max; ++i)
    frame.mutable_presence()->add_user_ids(i);
  const auto request = of.request<actors::presence_request>(frame);
  CHECK(request.users.size() == of.limits.presence_lookup_users_max);
  CHECK(request.users.front() == user_id{1});
  frame.mutable_presence()->set_user_ids(5, 0);
  CHECK(of.refusal(frame) == errc::bad_request);
  frame.mutable_presence()->set_user_ids(5, 5);
  frame.mutable_presence()->add_user_ids(1);
  CHECK(of.refusal(frame) == errc::too_large);
}
