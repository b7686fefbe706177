#include "net/client/frame_stream.hpp"

#include "net/client/frame_length.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace weft::net::client {
namespace {

/// A turn's worth of small frames; the buffer grows only for a frame that does not fit.
constexpr std::size_t buffer_bytes = 32u << 10;

/// A queue that grew beyond this in a burst gives its memory back.
constexpr std::size_t kept_bytes = 256u << 10;

} // namespace

frame_stream::frame_stream(std::shared_ptr<byte_stream> bytes, frame_listener& listener,
                           stream_limits limits)
    : bytes_(std::move(bytes)), listener_(&listener), limits_(limits), in_(buffer_bytes) {}

void frame_stream::start() {
  read();
}

void frame_stream::read() {
  bytes_->read({in_.data() + in_end_, in_.size() - in_end_}, shared_from_this());
}

void frame_stream::on_read(result<std::size_t> outcome) {
  if (!listener_)
    return;
  if (!outcome)
    return fail(outcome.failure());
  in_end_ += *outcome;
  in_turn_ = true;
  const bool open = deliver_frames();
  if (open)
    listener_->on_turn();
  in_turn_ = false;
  if (!listener_)
    return;
  flush();
  if (listener_)
    read();
}

bool frame_stream::deliver_frames() {
  while (in_end_ - in_begin_ >= frame_length_bytes) {
    const char* at = in_.data() + in_begin_;
    const auto size = get_frame_length({at, frame_length_bytes});
    if (size > limits_.frame_bytes_max) {
      fail({errc::too_large, "the server sent a frame of " + std::to_string(size) + " bytes"});
      return false;
    }
    if (in_end_ - in_begin_ < frame_length_bytes + size)
      break;
    in_begin_ += frame_length_bytes + size;
    listener_->on_frame({at + frame_length_bytes, size});
    if (!listener_)
      return false;
  }
  make_room();
  return true;
}

void frame_stream::make_room() {
  const auto held = in_end_ - in_begin_;
  if (in_begin_ != 0 && held != 0)
    std::memmove(in_.data(), in_.data() + in_begin_, held);
  in_begin_ = 0;
  in_end_ = held;
  const auto begun = held >= frame_length_bytes
                         ? frame_length_bytes + get_frame_length({in_.data(), held})
                         : std::size_t{0};
  if (begun > in_.size())
    in_.resize(begun);
  else if (held == 0 && in_.size() > kept_bytes)
    std::vector<char>(buffer_bytes).swap(in_);
}

void frame_stream::flush_soon() {
  if (in_turn_ || flush_posted_ || is_blocked_)
    return;
  flush_posted_ = true;
  boost::asio::post(bytes_->executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    if (self->listener_)
      self->flush();
  });
}

void frame_stream::flush() {
  while (!is_blocked_) {
    if (writing_.empty())
      writing_.swap(queue_);
    if (writing_.empty())
      return;
    const auto outcome = bytes_->write(std::string_view{writing_}.substr(written_));
    written_ += outcome.count;
    // The reading side says why: what the server wrote before it closed is worth more than "broken
    // pipe".
    if (outcome.status == io_status::broken || written_ == writing_.size()) {
      forget_written();
    } else {
      is_blocked_ = true;
      bytes_->await_writable(shared_from_this());
    }
  }
}

void frame_stream::on_writable() {
  is_blocked_ = false;
  if (listener_)
    flush();
}

void frame_stream::forget_written() {
  writing_.clear();
  written_ = 0;
  if (writing_.capacity() > kept_bytes)
    writing_.shrink_to_fit();
}

void frame_stream::stop() {
  listener_ = nullptr;
  bytes_->close();
}

void frame_stream::fail(error why) {
  auto* listener = listener_;
  stop();
  if (listener)
    listener->on_stream_closed(std::move(why));
}

} // namespace weft::net::client
