// One connection to a server: the handshake, frames in and out, heartbeats.
//
//   open -> greeting --Hello--> greeted --Ready--> signed in (heartbeats)
//              \________________/\_________________/
//                                 closed, whatever the reason
#pragma once

#include "net/client/close_reason.hpp"
#include "net/client/frame_stream.hpp"
#include "net/client/hot_frames.hpp"
#include "net/proto/weft.pb.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <random>
#include <string>

namespace weft::net::client {

/// Told what a link receives. Views and frames are valid during the call. The listener may end
/// the link from within a call, but must not destroy it.
class link_listener {
public:
  virtual ~link_listener() = default;

  /// The server's greeting: signing in may begin.
  virtual void on_hello(const weft::Hello& hello) = 0;
  /// A message sent is committed.
  virtual void on_ack(std::uint64_t request, const ack_view& ack) = 0;
  virtual void on_deliver(const deliver_view& deliver) = 0;
  virtual void on_receipt(const receipt_view& receipt) = 0;
  /// Any other reply, an Error included; its `request_id` says to what.
  virtual void on_reply(const weft::ServerFrame& frame) = 0;
  /// Any other push.
  virtual void on_push(const weft::ServerFrame& frame) = 0;
  /// The inbox version that the server told in answer to a heartbeat.
  virtual void on_inbox_version(std::uint64_t version) = 0;
  /// What the answer to a heartbeat told of a contact; before `on_inbox_version`.
  virtual void on_presence(const weft::Presence&) {}
  /// Everything that one read brought was handed over; what is sent by now leaves in one write.
  virtual void on_turn() {}
  /// The connection is over. Nothing follows.
  virtual void on_link_closed(const close_reason& reason) = 0;
};

/// One connection. Not thread-safe: one thread runs its io_context and calls it. Costs no timer
/// and no allocation per message.
class link : frame_listener {
public:
  /// `software` is told to the server. The listener must outlive the link.
  link(boost::asio::io_context& io, link_listener& listener, std::string software);
  ~link() override;
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// Takes a connection and greets the server. Once in a link's life.
  void open(std::shared_ptr<byte_stream> bytes);

  /// Sends a request and returns its id; 0 when it was not taken because the link is closed or its
  /// queue full.
  std::uint64_t request(weft::ClientFrame& frame);
  /// The same for the hot frames.
  std::uint64_t send(const send_view& what);
  /// Sends a frame that has no reply; false when it was not taken.
  bool tell(const weft::ClientFrame& frame);
  bool tell_delivered(std::string_view thread, std::uint64_t seq);

  /// The inbox version that heartbeats report.
  void set_inbox_version(std::uint64_t version) { inbox_version_ = version; }

  /// Closes at once; the listener hears nothing more.
  void close();

  bool is_open() const { return stream_ != nullptr; }

private:
  void on_frame(std::string_view frame) override;
  void on_turn() override;
  void on_stream_closed(error why) override;

  void take_hot(const hot_frame& frame);
  void take_frame(const weft::ServerFrame& frame);
  void take_hello(const weft::Hello& hello);
  void take_heartbeat_ack(const weft::HeartbeatAck& ack);
  void put(const weft::ClientFrame& frame);
  void fail(close_reason reason);
  void wait_for_beat(std::chrono::milliseconds delay);
  void on_beat();

  boost::asio::io_context& io_;
  link_listener& listener_;
  std::string software_;
  std::shared_ptr<frame_stream> stream_;
  boost::asio::steady_timer timer_;
  weft::ServerFrame frame_;
  std::minstd_rand random_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();

  std::uint64_t last_request_ = 0;
  std::uint64_t heartbeat_request_ = 0;
  std::uint64_t inbox_version_ = 0;
  /// Of the last answer to a heartbeat: what has changed since is told next.
  std::uint64_t presence_version_ = 0;
  std::chrono::milliseconds heartbeat_{0};
  unsigned silent_beats_ = 0;
  bool greeted_ = false;
  bool is_encrypted_ = false;
  bool beating_ = false;
};

} // namespace weft::net::client
