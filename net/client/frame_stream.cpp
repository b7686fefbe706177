#include "net/client/frame_stream.hpp"

#include "net/client/frame_length.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstring>

namespace weft::net::client {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A turn's worth of small frames; the buffer grows only for a frame that does not fit.
constexpr std::size_t buffer_bytes = 32u << 10;

/// A queue that grew beyond this in a burst gives its memory back.
constexpr std::size_t kept_bytes = 256u << 10;

} // namespace

frame_stream::frame_stream(tcp::socket socket, frame_listener& listener, stream_limits limits)
    : socket_(std::move(socket)), listener_(&listener), limits_(limits), in_(buffer_bytes) {}

void frame_stream::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  read();
}

void frame_stream::read() {
  socket_.async_read_some(boost::asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](const error_code& code, std::size_t size) {
                            self->on_read(code, size);
                          });
}

void frame_stream::on_read(const error_code& code, std::size_t size) {
  if (!listener_)
    return;
  if (code)
    return fail(network_error("connection lost", code));
  in_end_ += size;
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
  if (in_turn_ || flush_posted_ || write_pending_)
    return;
  flush_posted_ = true;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    if (self->listener_)
      self->flush();
  });
}

void frame_stream::flush() {
  if (write_pending_)
    return;
  if (broken_)
    queue_.clear();
  if (queue_.empty())
    return;
  writing_.swap(queue_);
  error_code code;
  written_ = socket_.write_some(boost::asio::buffer(writing_), code);
  broken_ = code && code != boost::asio::error::would_block;
  if (!broken_ && written_ < writing_.size())
    return write_rest();
  forget_written();
}

void frame_stream::write_rest() {
  write_pending_ = true;
  boost::asio::async_write(
      socket_, boost::asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](const error_code& code, std::size_t) {
        self->write_pending_ = false;
        self->broken_ = code.failed();
        self->forget_written();
        if (self->listener_)
          self->flush();
      });
}

void frame_stream::forget_written() {
  writing_.clear();
  written_ = 0;
  if (writing_.capacity() > kept_bytes)
    writing_.shrink_to_fit();
}

void frame_stream::stop() {
  listener_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
}

void frame_stream::fail(error why) {
  auto* listener = listener_;
  stop();
  if (listener)
    listener->on_stream_closed(std::move(why));
}

} // namespace weft::net::client
