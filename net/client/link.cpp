#include "net/client/link.hpp"

#include "net/client/frame_length.hpp"

#include <algorithm>

namespace weft::net::client {
namespace {

using std::chrono::milliseconds;

/// How long a server may take to greet.
constexpr milliseconds greeting_within{10'000};

/// Heartbeats without a sign of life after which the server is given up.
constexpr unsigned silent_beats_max = 2;

/// Bounds of what the server may ask for as its heartbeat interval.
constexpr milliseconds heartbeat_min{100};
constexpr milliseconds heartbeat_max{600'000};

constexpr std::uint32_t protocol_version = 1;

close_reason because(errc code, std::string message) {
  return {{code, std::move(message), outcome::nothing_written, 0}, 0, {}};
}

} // namespace

link::link(boost::asio::io_context& io, link_listener& listener, std::string software)
    : io_(io), listener_(listener), software_(std::move(software)), timer_(io),
      random_(std::random_device{}()) {}

link::~link() {
  close();
}

void link::open(std::shared_ptr<byte_stream> bytes) {
  is_encrypted_ = bytes->is_encrypted();
  stream_ = std::make_shared<frame_stream>(std::move(bytes), static_cast<frame_listener&>(*this),
                                           stream_limits{});
  stream_->start();
  weft::ClientFrame frame;
  auto& hello = *frame.mutable_hello();
  hello.set_version_min(protocol_version);
  hello.set_version_max(protocol_version);
  hello.set_software(software_);
  request(frame);
  wait_for_beat(greeting_within);
}

std::uint64_t link::request(weft::ClientFrame& frame) {
  if (!stream_ || !stream_->has_room())
    return 0;
  frame.set_request_id(++last_request_);
  put(frame);
  return last_request_;
}

std::uint64_t link::send(const send_view& what) {
  if (!stream_ || !stream_->has_room())
    return 0;
  put_send(stream_->queue(), ++last_request_, what);
  stream_->flush_soon();
  return last_request_;
}

bool link::tell(const weft::ClientFrame& frame) {
  if (!stream_ || !stream_->has_room())
    return false;
  put(frame);
  return true;
}

bool link::tell_delivered(std::string_view thread, std::uint64_t seq) {
  if (!stream_ || !stream_->has_room())
    return false;
  put_delivered(stream_->queue(), thread, seq);
  stream_->flush_soon();
  return true;
}

void link::put(const weft::ClientFrame& frame) {
  auto& out = stream_->queue();
  put_frame_length(out, frame.ByteSizeLong());
  frame.AppendToString(&out);
  stream_->flush_soon();
}

void link::close() {
  timer_.cancel();
  if (auto stream = std::exchange(stream_, nullptr))
    stream->stop();
}

void link::fail(close_reason reason) {
  if (!stream_)
    return;
  close();
  listener_.on_link_closed(reason);
}

void link::on_stream_closed(error why) {
  close_reason reason{std::move(why), 0, {}};
  reason.before_greeting = !greeted_;
  // A server that expects TLS cannot answer in the clear: it just closes.
  if (!greeted_ && !is_encrypted_)
    reason.why.message += " before it greeted; it may want TLS: try --tls";
  fail(reason);
}

void link::on_turn() {
  silent_beats_ = 0;
  listener_.on_turn();
}

void link::on_frame(std::string_view bytes) {
  if (greeted_) {
    if (const auto hot = read_hot_frame(bytes))
      return take_hot(*hot);
  }
  if (!frame_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(because(errc::corrupt, "the server sent something that is no frame of Weft"));
  take_frame(frame_);
}

void link::take_hot(const hot_frame& frame) {
  if (const auto* ack = std::get_if<ack_view>(&frame.what))
    listener_.on_ack(frame.request, *ack);
  else if (const auto* deliver = std::get_if<deliver_view>(&frame.what))
    listener_.on_deliver(*deliver);
  else
    listener_.on_receipt(std::get<receipt_view>(frame.what));
}

void link::take_frame(const weft::ServerFrame& frame) {
  if (frame.has_closing()) {
    const auto& closing = frame.closing();
    auto reason = because(static_cast<errc>(closing.code()), closing.message());
    reason.reconnect_after_ms = closing.reconnect_after_ms();
    reason.address = closing.address();
    return fail(std::move(reason));
  }
  if (!greeted_) {
    if (frame.has_hello())
      return take_hello(frame.hello());
    return fail(because(frame.has_error() ? static_cast<errc>(frame.error().code()) : errc::corrupt,
                        frame.has_error() ? frame.error().message()
                                          : "the server's first frame is no greeting"));
  }
  if (frame.has_heartbeat_ack() && frame.request_id() == heartbeat_request_)
    return take_heartbeat_ack(frame.heartbeat_ack());
  if (frame.has_ready() && !beating_) {
    beating_ = true;
    // The first beat at a random point, so that clients that came together do not beat together.
    std::uniform_int_distribution<std::int64_t> point(0, heartbeat_.count());
    wait_for_beat(milliseconds{point(random_)});
  }
  if (frame.request_id() != 0)
    listener_.on_reply(frame);
  else
    listener_.on_push(frame);
}

void link::take_hello(const weft::Hello& hello) {
  if (hello.version() != protocol_version)
    return fail(because(errc::bad_version, "the server speaks version " +
                                               std::to_string(hello.version()) +
                                               " of the protocol, this program version 1"));
  greeted_ = true;
  timer_.cancel();
  heartbeat_ =
      std::clamp(milliseconds{hello.heartbeat_interval_ms()}, heartbeat_min, heartbeat_max);
  listener_.on_hello(hello);
}

void link::take_heartbeat_ack(const weft::HeartbeatAck& ack) {
  presence_version_ = ack.presence_version();
  for (const auto& each : ack.presence())
    listener_.on_presence(each);
  listener_.on_inbox_version(ack.inbox_version());
}

void link::wait_for_beat(milliseconds delay) {
  timer_.expires_after(delay);
  // A handler that was already queued when the link went must not touch it.
  timer_.async_wait([this, alive = std::weak_ptr<char>(alive_)](const auto& code) {
    if (!code && alive.lock() && stream_)
      on_beat();
  });
}

void link::on_beat() {
  if (!greeted_)
    return fail(because(errc::timeout, "the server did not greet in time"));
  if (!beating_)
    return;
  if (silent_beats_ >= silent_beats_max)
    return fail(because(errc::timeout, "connection lost: the server is silent"));
  ++silent_beats_;
  weft::ClientFrame frame;
  frame.mutable_heartbeat()->set_inbox_version(inbox_version_);
  frame.mutable_heartbeat()->set_presence_version(presence_version_);
  if (const auto id = request(frame))
    heartbeat_request_ = id;
  wait_for_beat(heartbeat_);
}

} // namespace weft::net::client
