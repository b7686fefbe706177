#include "bin/weft_bench/floor_run.hpp"

#include "bin/weft_bench/conductor.hpp"
#include "bin/weft_bench/floor_frames.hpp"
#include "bin/weft_bench/traffic_client.hpp"
#include "net/client/close_reason.hpp"
#include "net/client/frame_stream.hpp"
#include "net/client/plain_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <memory>

namespace weft::bench {
namespace {

using boost::asio::ip::tcp;
using net::client::frame_stream;

/// One connection to the relay.
class floor_client : net::client::frame_listener, port {
public:
  floor_client(boost::asio::io_context& io, traffic& shared, std::size_t index,
               const tcp::endpoint& relay, std::optional<error>& failed)
      : shared_(shared), failed_(failed), client_(shared, index, *this) {
    tcp::socket socket(io);
    boost::system::error_code code;
    socket.connect(relay, code);
    if (code) {
      failed_ = net::client::network_error("cannot reach the floor", code);
      return;
    }
    stream_ = std::make_shared<frame_stream>(
        std::make_shared<net::client::plain_stream>(std::move(socket)),
        static_cast<frame_listener&>(*this), net::client::stream_limits{});
    stream_->start();
    put_floor_frame(stream_->queue(), floor_kind::hello, index, floor_hello_bytes);
    stream_->flush_soon();
  }
  ~floor_client() override {
    if (stream_)
      stream_->stop();
  }

  bool has_partner() const { return has_partner_; }
  void send_due(clock::time_point now) { client_.send_due(now); }
  std::size_t outstanding() const { return client_.outstanding(); }
  const order_check& order() const { return client_.order(); }

private:
  void on_frame(std::string_view frame) override {
    const auto number = floor_number_of(frame);
    switch (floor_kind_of(frame)) {
    case floor_kind::ack:
      return client_.on_ack(number, floor_number_of(frame, frame.size() - sizeof number));
    case floor_kind::deliver:
      return client_.on_deliver(number, frame.substr(floor_deliver_bytes));
    case floor_kind::hello:
      has_partner_ = true;
      return;
    default:
      ++shared_.receipts_seen;
    }
  }
  void on_turn() override { client_.on_turn(); }
  void on_stream_closed(error why) override { failed_ = std::move(why); }

  std::uint64_t send(const op_id&, std::string_view body) override {
    put_floor_frame(stream_->queue(), floor_kind::send, ++last_request_, floor_send_bytes, body);
    stream_->flush_soon();
    return last_request_;
  }
  op_id next_op() override { return {}; }
  void tell_delivered(std::uint64_t seq) override {
    put_floor_frame(stream_->queue(), floor_kind::delivered, seq, floor_delivered_bytes);
    stream_->flush_soon();
  }

  traffic& shared_;
  std::optional<error>& failed_;
  traffic_client client_;
  std::shared_ptr<frame_stream> stream_;
  std::uint64_t last_request_ = 0;
  bool has_partner_ = false;
};

class floor_ensemble : public ensemble {
public:
  floor_ensemble(boost::asio::io_context& io, traffic& shared, const tcp::endpoint& relay) {
    for (std::size_t i = 0; i < shared.settings().clients && !failed_; ++i)
      clients_.push_back(std::make_unique<floor_client>(io, shared, i, relay, failed_));
  }

  /// Runs until every client has its partner, or one has failed.
  void gather(boost::asio::io_context& io) {
    const auto waits = [](const auto& client) { return !client->has_partner(); };
    while (!failed_ && std::any_of(clients_.begin(), clients_.end(), waits))
      io.run_one();
  }

  const std::optional<error>& failed() const { return failed_; }

  std::size_t size() const override { return clients_.size(); }
  void send_due(std::size_t client, clock::time_point now) override {
    clients_[client]->send_due(now);
  }
  std::size_t outstanding(std::size_t client) const override {
    return clients_[client]->outstanding();
  }
  const order_check& order(std::size_t client) const override { return clients_[client]->order(); }
  /// The relay keeps nothing.
  void fetch_missing(std::size_t) override {}

private:
  std::optional<error> failed_;
  std::vector<std::unique_ptr<floor_client>> clients_;
};

} // namespace

result<run_result> run_floor(const traffic_settings& what, const floor_relay& relay) {
  boost::asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  traffic shared(what);
  floor_ensemble clients(io, shared, {boost::asio::ip::address_v4::loopback(), relay.port()});
  clients.gather(io);
  if (clients.failed())
    return *clients.failed();
  return conductor(io, shared, clients, {relay.process()}).run("floor", clients.failed());
}

} // namespace weft::bench
