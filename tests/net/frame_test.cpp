#include "net/frame.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace weft::net;

namespace {

constexpr std::size_t payload_max = 1000;

std::string framed(std::string_view payload) {
  const auto header = frame_header(payload.size());
  return std::string{header.data(), header.size()} + std::string{payload};
}

/// What a decoder makes of one read.
std::vector<std::string> read(frame_decoder& decoder, std::string_view bytes) {
  std::vector<std::string> out;
  for (;;) {
    const auto next = decoder.next(bytes, payload_max);
    REQUIRE(next.status != frame_status::too_long);
    if (next.status == frame_status::incomplete)
      break;
    out.emplace_back(next.payload);
  }
  decoder.keep(bytes);
  return out;
}

} // namespace

TEST_CASE("a frame's header is its length, big-endian") {
  const auto header = frame_header(0x01020304);
  CHECK(std::string{header.data(), header.size()} == "\x01\x02\x03\x04");
}

TEST_CASE("whole frames are views into the bytes that were read") {
  const auto bytes = framed("one") + framed("") + framed("three");
  frame_decoder decoder;
  std::string_view lent = bytes;
  const auto first = decoder.next(lent, payload_max);
  CHECK(first.payload == "one");
  CHECK(first.payload.data() == bytes.data() + 4);
  CHECK(decoder.next(lent, payload_max).payload.empty());
  CHECK(decoder.next(lent, payload_max).payload == "three");
  CHECK(decoder.next(lent, payload_max).status == frame_status::incomplete);
  CHECK_FALSE(decoder.holds_bytes());
}

TEST_CASE("frames come out the same however the stream is cut") {
  auto random = weft::testing::seeded_random();
  for (auto round = 0; round < 200; ++round) {
    std::vector<std::string> sent;
    std::string stream;
    for (auto i = random() % 20; i > 0; --i) {
      sent.push_back(std::string(random() % payload_max, static_cast<char>('a' + i % 26)));
      stream += framed(sent.back());
    }
    frame_decoder decoder;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = 1 + random() % (random() % 2 == 0 ? 7 : 3000);
      // Lent bytes are gone after the turn: a decoder that still looked at them would show it.
      auto piece = stream.substr(at, size);
      for (auto& each : read(decoder, piece))
        got.push_back(std::move(each));
      std::fill(piece.begin(), piece.end(), '?');
      at += size;
    }
    REQUIRE(got == sent);
    CHECK_FALSE(decoder.holds_bytes());
  }
}

TEST_CASE("a frame above the limit is refused before any of it is kept") {
  frame_decoder decoder;
  const auto header = frame_header(payload_max + 1);
  std::string_view whole{header.data(), header.size()};
  CHECK(decoder.next(whole, payload_max).status == frame_status::too_long);
  CHECK_FALSE(decoder.holds_bytes());

  // And when its header comes in two parts.
  CHECK(read(decoder, {header.data(), 3}).empty());
  std::string_view rest{header.data() + 3, 1};
  CHECK(decoder.next(rest, payload_max).status == frame_status::too_long);
  CHECK(decoder.kept_bytes() == 4);
}

TEST_CASE("the limit is that of the moment a frame begins") {
  frame_decoder decoder;
  const auto bytes = framed("longer");
  std::string_view lent = bytes;
  CHECK(decoder.next(lent, 5).status == frame_status::too_long);
  CHECK(decoder.next(lent, 6).payload == "longer");
}

TEST_CASE("frames that were not taken are kept for a later turn") {
  frame_decoder decoder;
  const auto bytes = framed("one") + framed("two") + framed("three");
  std::string_view lent = bytes;
  CHECK(decoder.next(lent, payload_max).payload == "one");
  decoder.keep(lent);
  CHECK(decoder.kept_bytes() == bytes.size() - 7);
  CHECK(read(decoder, framed("four")) == std::vector<std::string>{"two", "three", "four"});
  CHECK_FALSE(decoder.holds_bytes());
}
