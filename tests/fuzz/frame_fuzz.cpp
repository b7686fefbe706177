// Fuzzes the framing: a stream gives the same frames however it is cut.
#include "net/frame.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace weft::net;

namespace {

constexpr std::size_t payload_max = 300;

struct outcome {
  std::vector<std::string> frames;
  bool is_too_long = false;
};

/// One turn of a connection: takes what is there, keeps the rest. False when the stream is at its
/// end.
bool turn(frame_decoder& decoder, std::string_view bytes, outcome& out) {
  for (;;) {
    const auto next = decoder.next(bytes, payload_max);
    if (next.status == frame_status::incomplete)
      break;
    if (next.status == frame_status::too_long) {
      out.is_too_long = true;
      return false;
    }
    if (next.payload.size() > payload_max)
      std::abort();
    out.frames.emplace_back(next.payload);
  }
  decoder.keep(bytes);
  // Less than one frame may wait.
  if (decoder.kept_bytes() >= frame_header_bytes + payload_max)
    std::abort();
  return true;
}

} // namespace

/// The first byte says how to cut the rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view stream{reinterpret_cast<const char*>(data) + 1, size - 1};
  outcome whole;
  frame_decoder at_once;
  turn(at_once, stream, whole);

  outcome cut;
  frame_decoder in_pieces;
  for (std::size_t at = 0; at < stream.size();) {
    // A copy of its own for each piece, so that looking back shows.
    const auto length = 1 + (data[0] + at) % 13;
    const std::string piece{stream.substr(at, length)};
    at += piece.size();
    if (!turn(in_pieces, piece, cut))
      break;
  }
  if (whole.frames != cut.frames || whole.is_too_long != cut.is_too_long)
    std::abort();
  return 0;
}
