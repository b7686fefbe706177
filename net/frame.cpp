#include "net/frame.hpp"

#include <algorithm>

namespace weft::net {

namespace {

std::size_t length_of(std::string_view header) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < frame_header_bytes; ++i)
    out = out << 8 | static_cast<std::uint8_t>(header[i]);
  return out;
}

} // namespace

std::array<char, frame_header_bytes> frame_header(std::size_t size) {
  return {static_cast<char>(size >> 24 & 0xFF), static_cast<char>(size >> 16 & 0xFF),
          static_cast<char>(size >> 8 & 0xFF), static_cast<char>(size & 0xFF)};
}

next_frame frame_decoder::next(std::string_view& lent, std::size_t payload_max) {
  drop_handed_out();
  if (!kept_.empty())
    return next_of_kept(lent, payload_max);
  if (lent.size() < frame_header_bytes)
    return {};
  auto length = length_of(lent);
  if (length > payload_max)
    return {frame_status::too_long, {}};
  if (lent.size() - frame_header_bytes < length)
    return {};
  auto payload = lent.substr(frame_header_bytes, length);
  lent.remove_prefix(frame_header_bytes + length);
  return {frame_status::complete, payload};
}

next_frame frame_decoder::next_of_kept(std::string_view& lent, std::size_t payload_max) {
  // Moves no more from `lent` than the frame at the front needs: what follows stays uncopied.
  auto fill_up_to = [&](std::size_t size) {
    if (kept_.size() >= size)
      return true;
    auto moved = std::min(size - kept_.size(), lent.size());
    kept_.append(lent.substr(0, moved));
    lent.remove_prefix(moved);
    return kept_.size() >= size;
  };
  if (!fill_up_to(frame_header_bytes))
    return {};
  auto length = length_of(kept_.view());
  if (length > payload_max)
    return {frame_status::too_long, {}};
  if (!fill_up_to(frame_header_bytes + length))
    return {};
  handed_out_ = frame_header_bytes + length;
  return {frame_status::complete, kept_.view().substr(frame_header_bytes, length)};
}

void frame_decoder::keep(std::string_view lent) {
  drop_handed_out();
  kept_.append(lent);
}

void frame_decoder::clear() {
  kept_.release();
  handed_out_ = 0;
}

void frame_decoder::drop_handed_out() {
  if (handed_out_ == 0)
    return;
  kept_.consume(handed_out_);
  handed_out_ = 0;
  if (kept_.empty())
    kept_.release();
}

} // namespace weft::net
