#include "net/client/frame_length.hpp"
#include "net/client/hot_frames.hpp"
#include "net/proto/weft.pb.h"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::net::client;

namespace {

const std::string thread_bytes = to_bytes(thread_id::direct(user_id{7}, user_id{1ULL << 60}));

ServerFrame ack_frame() {
  ServerFrame frame;
  frame.set_request_id(300);
  auto& ack = *frame.mutable_ack();
  ack.set_thread(thread_bytes);
  ack.set_seq(1'000'000);
  ack.set_ordinal(999'999);
  ack.set_time_ms(1'700'000'000'000);
  ack.set_duplicate(true);
  return frame;
}

ServerFrame deliver_frame() {
  ServerFrame frame;
  auto& deliver = *frame.mutable_deliver();
  deliver.set_thread(thread_bytes);
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    auto& event = *deliver.add_events();
    event.set_seq(seq);
    event.set_ordinal(seq);
    event.set_time_ms(1'700'000'000'000 + seq);
    event.set_from(7);
    event.set_op_id("0123456789abcdef");
    event.mutable_message()->set_body("body " + std::to_string(seq));
  }
  return frame;
}

} // namespace

TEST_CASE("an Ack is read by hand as the generated class reads it") {
  const auto bytes = ack_frame().SerializeAsString();
  const auto hot = read_hot_frame(bytes);
  REQUIRE(hot);
  CHECK(hot->request == 300);
  const auto& ack = std::get<ack_view>(hot->what);
  CHECK(ack.thread == thread_bytes);
  CHECK(ack.seq == 1'000'000);
  CHECK(ack.ordinal == 999'999);
  CHECK(ack.time_ms == 1'700'000'000'000);
  CHECK(ack.duplicate);
}

TEST_CASE("a Deliver is walked over event by event") {
  const auto bytes = deliver_frame().SerializeAsString();
  const auto hot = read_hot_frame(bytes);
  REQUIRE(hot);
  const auto& deliver = std::get<deliver_view>(hot->what);
  CHECK(deliver.thread() == thread_bytes);
  std::uint64_t expected = 0;
  CHECK(deliver.for_each_event([&](const event_view& event) {
    CHECK(event.seq == ++expected);
    CHECK(event.from == 7);
    CHECK(event.op_id == "0123456789abcdef");
    CHECK(event.is_message);
    CHECK(event.body == "body " + std::to_string(expected));
  }));
  CHECK(expected == 3);
}

TEST_CASE("a Receipt is read by hand as the generated class reads it") {
  ServerFrame frame;
  frame.mutable_receipt()->set_thread(thread_bytes);
  frame.mutable_receipt()->set_user(1ULL << 60);
  frame.mutable_receipt()->set_delivered_seq(5);
  frame.mutable_receipt()->set_read_seq(4);
  const auto bytes = frame.SerializeAsString();
  const auto hot = read_hot_frame(bytes);
  REQUIRE(hot);
  const auto& receipt = std::get<receipt_view>(hot->what);
  CHECK(receipt.user == 1ULL << 60);
  CHECK(receipt.delivered_seq == 5);
  CHECK(receipt.read_seq == 4);
}

TEST_CASE("fields of later versions inside the hot frames are passed over") {
  auto bytes = ack_frame().ack().SerializeAsString();
  wire::put_bytes(bytes, 900, "something new");
  wire::put_varint(bytes, 901, 12);
  std::string frame;
  wire::put_bytes(frame, ServerFrame::kAckFieldNumber, bytes);
  const auto hot = read_hot_frame(frame);
  REQUIRE(hot);
  CHECK(std::get<ack_view>(hot->what).seq == 1'000'000);
}

TEST_CASE("frames that are not hot, or not plain, are left to the generated class") {
  ServerFrame ready;
  ready.mutable_ready()->set_name("ann");
  CHECK_FALSE(read_hot_frame(ready.SerializeAsString()));
  // Two members of the oneof: the last one counts, by the rules of protobuf.
  CHECK_FALSE(read_hot_frame(ack_frame().SerializeAsString() + ready.SerializeAsString()));
  CHECK_FALSE(read_hot_frame(""));
}

TEST_CASE("a frame that is cut anywhere is never read beyond its end") {
  for (const auto& whole : {ack_frame().SerializeAsString(), deliver_frame().SerializeAsString()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A copy of its own, so that a read beyond the end is seen by the sanitizer.
      const std::string cut(whole.data(), size);
      const auto hot = read_hot_frame(cut);
      if (!hot)
        continue;
      if (const auto* deliver = std::get_if<deliver_view>(&hot->what))
        deliver->for_each_event([](const event_view&) {});
    }
  }
}

TEST_CASE("a Send written by hand is what the generated class reads") {
  std::string bytes;
  put_send(bytes, 77, {"0123456789abcdef", thread_bytes, "text/markdown", std::string(500, 'x')});
  REQUIRE(get_frame_length(bytes) == bytes.size() - frame_length_bytes);
  ClientFrame frame;
  REQUIRE(frame.ParseFromString(bytes.substr(frame_length_bytes)));
  CHECK(frame.request_id() == 77);
  CHECK(frame.send().op_id() == "0123456789abcdef");
  CHECK(frame.send().thread() == thread_bytes);
  CHECK(frame.send().content_type() == "text/markdown");
  CHECK(frame.send().body() == std::string(500, 'x'));
}

TEST_CASE("a Delivered written by hand is what the generated class reads") {
  std::string bytes;
  put_delivered(bytes, thread_bytes, 1ULL << 40);
  REQUIRE(get_frame_length(bytes) == bytes.size() - frame_length_bytes);
  ClientFrame frame;
  REQUIRE(frame.ParseFromString(bytes.substr(frame_length_bytes)));
  REQUIRE(frame.delivered().cursors_size() == 1);
  CHECK(frame.delivered().cursors(0).thread() == thread_bytes);
  CHECK(frame.delivered().cursors(0).seq() == 1ULL << 40);
}
