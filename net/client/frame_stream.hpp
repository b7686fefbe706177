// Frames over a connection: length in front, one read and one write per turn.
#pragma once

#include "net/client/byte_stream.hpp"
#include "net/client/close_reason.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net::client {

/// Bounds of one connection's memory.
struct stream_limits {
  /// Longest frame that is taken; a longer one ends the connection.
  std::size_t frame_bytes_max = 2u << 20;
  /// Bytes that may wait to be written before `has_room` says no.
  std::size_t queue_bytes_max = 4u << 20;
};

/// Told what arrives. Calls come from the io_context, never from within a call of the stream.
class frame_listener {
public:
  virtual ~frame_listener() = default;
  /// One whole frame without its length; valid during the call.
  virtual void on_frame(std::string_view frame) = 0;
  /// Everything that one read brought was handed over. What is queued by now leaves in one write.
  virtual void on_turn() = 0;
  /// The connection is over; nothing follows.
  virtual void on_stream_closed(error why) = 0;
};

/// One connection. Kept alive by its own pending operations; its owner holds a shared pointer and
/// calls `stop` before the listener goes. Not thread-safe: one io_context thread uses it.
class frame_stream final : public byte_stream_user,
                           public std::enable_shared_from_this<frame_stream> {
public:
  frame_stream(std::shared_ptr<byte_stream> bytes, frame_listener& listener, stream_limits limits);

  /// Begins to read.
  void start();

  /// The bytes that will be written next: append whole frames, then call `flush_soon`.
  std::string& queue() { return queue_; }
  /// False when more than `queue_bytes_max` wait: the peer does not take what it is sent.
  bool has_room() const {
    return queue_.size() + writing_.size() - written_ <= limits_.queue_bytes_max;
  }
  /// Writes the queue at the end of this turn.
  void flush_soon();

  /// Closes at once and tells the listener nothing more.
  void stop();

private:
  void on_read(result<std::size_t> outcome) override;
  void on_writable() override;

  void read();
  /// Hands over the whole frames of the buffer; false when the stream has ended on the way.
  bool deliver_frames();
  void make_room();
  void flush();
  void forget_written();
  void fail(error why);

  std::shared_ptr<byte_stream> bytes_;
  frame_listener* listener_;
  stream_limits limits_;

  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;

  std::string queue_;
  std::string writing_;
  std::size_t written_ = 0;

  bool in_turn_ = false;
  bool flush_posted_ = false;
  /// The rest of `writing_` leaves when the stream takes it.
  bool is_blocked_ = false;
};

} // namespace weft::net::client
