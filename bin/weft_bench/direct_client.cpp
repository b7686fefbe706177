#include "bin/weft_bench/direct_client.hpp"

#include "net/client/pending_operations.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace weft::bench {

using namespace net::client;

namespace {

/// A registration costs the server a password hash, and many wait for it at once.
constexpr unsigned attempts_max = 60;
constexpr std::chrono::milliseconds attempt_pause{500};
constexpr std::chrono::seconds dial_within{10};

/// A message that the server was too busy for is sent again after this, unless it said when.
constexpr std::chrono::milliseconds refused_pause{20};

} // namespace

direct_client::direct_client(boost::asio::io_context& io, direct_listener& listener,
                             traffic& shared, std::size_t index, std::string name)
    : io_(io), listener_(listener), shared_(shared), index_(index), name_(std::move(name)),
      password_(to_uuid_text(make_uuid_v4())), device_(make_uuid_v4()), timer_(io),
      client_(shared, index, *this) {}

void direct_client::enrol(const std::vector<server_address>& servers) {
  servers_ = servers;
  dial();
}

void direct_client::dial() {
  ++attempts_;
  dialer_ = std::make_shared<dialer>(io_, servers_, dial_within);
  dialer_->dial(index_, [this](result<std::shared_ptr<byte_stream>> bytes) {
    dialer_ = nullptr;
    if (!bytes)
      return listener_.on_failed(index_, bytes.failure());
    link_ = std::make_shared<net::client::link>(io_, static_cast<link_listener&>(*this),
                                                "weft-bench/" WEFT_VERSION);
    link_->open(*std::move(bytes));
  });
}

void direct_client::dial_later() {
  link_->close();
  boost::asio::post(io_, [gone = std::move(link_)] {});
  timer_.expires_after(attempt_pause);
  timer_.async_wait([this](const auto& code) {
    if (!code)
      dial();
  });
}

void direct_client::on_hello(const weft::Hello& hello) {
  clock_.set(time_ms{hello.time_ms()});
  requests_max_ = hello.requests_in_flight_max();
  // The same id in every attempt: the account is made once.
  if (!registration_)
    registration_ = clock_.make_op_id();
  weft::ClientFrame frame;
  auto& request = *frame.mutable_register_();
  request.set_name(name_);
  request.set_password(password_);
  request.set_device_id(std::string{device_.view()});
  request.set_device_name("weft-bench");
  request.set_op_id(std::string{registration_.view()});
  registering_ = link_->request(frame);
}

void direct_client::meet(user_id partner) {
  thread_ = to_bytes(thread_id::direct(user_, partner));
}

void direct_client::on_reply(const weft::ServerFrame& frame) {
  if (frame.has_ready()) {
    user_ = user_id{frame.ready().user_id()};
    return listener_.on_ready(index_);
  }
  if (frame.has_history() && frame.request_id() == pulling_)
    return take_history(frame.history());
  if (!frame.has_error())
    return;
  const auto why = from_protocol(frame.error());
  const bool registering = frame.request_id() == registering_;
  if (!may_pass(why) || (registering && attempts_ >= attempts_max))
    return listener_.on_failed(index_, why);
  if (registering)
    return dial_later();
  const auto pause = std::max(refused_pause, std::chrono::milliseconds{why.retry_after_ms});
  if (frame.request_id() == pulling_)
    return pull_after(pause);
  client_.on_refused(frame.request_id(), clock::now() + pause);
}

void direct_client::on_link_closed(const close_reason& reason) {
  if (user_ || attempts_ >= attempts_max)
    return listener_.on_failed(index_, reason.why);
  dial_later();
}

void direct_client::on_push(const weft::ServerFrame& frame) {
  // The server dropped pushes because this program was too slow: the protocol's way is to pull.
  if (frame.has_lagging())
    pull();
}

void direct_client::on_ack(std::uint64_t request, const ack_view& ack) {
  client_.on_ack(request, ack.seq);
}

void direct_client::on_deliver(const deliver_view& deliver) {
  deliver.for_each_event(
      [this](const event_view& event) { client_.on_deliver(event.seq, event.body); });
}

void direct_client::on_receipt(const receipt_view&) {
  ++shared_.receipts_seen;
}

std::uint64_t direct_client::send(const op_id& op, std::string_view body) {
  return link_->send({op.view(), thread_, {}, body});
}

void direct_client::tell_delivered(std::uint64_t seq) {
  link_->tell_delivered(thread_, seq);
}

void direct_client::pull() {
  if (pulling_ != 0)
    return;
  weft::ClientFrame frame;
  frame.mutable_history()->set_thread(thread_);
  frame.mutable_history()->set_after(client_.order().complete());
  pulling_ = link_->request(frame);
}

void direct_client::pull_after(std::chrono::milliseconds pause) {
  pulling_ = 0;
  timer_.expires_after(pause);
  timer_.async_wait([this](const auto& code) {
    if (!code)
      pull();
  });
}

void direct_client::take_history(const weft::History& page) {
  pulling_ = 0;
  const auto before = client_.order().complete();
  for (const auto& event : page.events()) {
    // Own messages count by their acknowledgements alone.
    if (event.from() == user_.value)
      continue;
    client_.on_pulled(event.seq());
  }
  if (client_.order().complete() > before && client_.order().complete() < page.last_seq())
    pull();
}

} // namespace weft::bench
