// Frames of the client protocol: a 4-byte big-endian length, then that many bytes.
#pragma once

#include "net/byte_buffer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::net {

inline constexpr std::size_t frame_header_bytes = 4;

/// The header of a frame with a payload of `size` bytes.
std::array<char, frame_header_bytes> frame_header(std::size_t size);

/// What `frame_decoder::next` found.
enum class frame_status {
  /// `payload` is one frame.
  complete,
  /// The bytes end before the frame does.
  incomplete,
  /// The frame's length is above the limit. Nothing of it was kept; nothing that follows can be
  /// understood.
  too_long,
};

struct next_frame {
  frame_status status = frame_status::incomplete;
  /// Valid until the decoder is used again, and as long as the lent bytes are.
  std::string_view payload;
};

/// Cuts a stream into frames without copying them: payloads are views into the bytes just read.
/// Only what is left over at the end of a turn is copied, and grows with what has arrived rather
/// than with what a header promises. An idle decoder holds no memory.
class frame_decoder {
public:
  /// Takes the next frame from what was kept, then from `lent`, which is shortened by what was
  /// taken. `payload_max` bounds the frame that begins now.
  next_frame next(std::string_view& lent, std::size_t payload_max);

  /// Ends a turn: copies what is left of `lent`, because its memory is about to be used again.
  void keep(std::string_view lent);

  /// Forgets everything.
  void clear();

  /// True while bytes are kept that belong to frames not handed out yet.
  bool holds_bytes() const { return kept_bytes() > 0; }
  std::size_t kept_bytes() const { return kept_.size() - handed_out_; }

private:
  next_frame next_of_kept(std::string_view& lent, std::size_t payload_max);
  void drop_handed_out();

  byte_buffer kept_;
  /// Bytes at the front of `kept_` whose frame the caller has by now.
  std::size_t handed_out_ = 0;
};

} // namespace weft::net
