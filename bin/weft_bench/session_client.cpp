#include "bin/weft_bench/session_client.hpp"

#include "net/client/pending_operations.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace weft::bench {

using namespace net::client;

namespace {

/// A registration costs the server a password hash, and many wait for it at once.
constexpr unsigned attempts_max = 120;
constexpr std::chrono::milliseconds attempt_pause{500};
constexpr std::chrono::seconds dial_within{10};

/// Refusals in a storm are answered by coming again: after this, unless the server said when.
constexpr std::chrono::milliseconds refused_pause{20};

} // namespace

session_client::session_client(boost::asio::io_context& io, session_listener& listener,
                               std::size_t index, session_account who)
    : io_(io), listener_(listener), index_(index), who_(std::move(who)), timer_(io) {}

void session_client::come(const std::vector<server_address>& servers) {
  servers_ = servers;
  attempts_ = 0;
  began_ = std::chrono::steady_clock::now();
  dial();
}

void session_client::leave() {
  is_here_ = false;
  timer_.cancel();
  dialer_ = nullptr;
  let_go();
}

void session_client::dial() {
  ++attempts_;
  dialer_ = std::make_shared<dialer>(io_, servers_, dial_within);
  dialer_->dial(index_, [this](result<std::shared_ptr<byte_stream>> bytes) {
    dialer_ = nullptr;
    if (!bytes)
      return try_again(bytes.failure(), attempt_pause);
    // A storm would else leave every port waiting for a minute.
    (*bytes)->reset_on_close();
    link_ = std::make_shared<net::client::link>(io_, static_cast<link_listener&>(*this),
                                                "weft-bench/" WEFT_VERSION);
    link_->open(*std::move(bytes));
  });
}

void session_client::dial_after(std::chrono::milliseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this](const auto& code) {
    if (!code)
      dial();
  });
}

/// The link may be what calls: it goes when it has returned.
void session_client::let_go() {
  if (!link_)
    return;
  link_->close();
  boost::asio::post(io_, [gone = std::move(link_)] {});
}

void session_client::try_again(const error& why, std::chrono::milliseconds pause) {
  let_go();
  if (attempts_ >= attempts_max)
    return listener_.on_gone(index_, why);
  dial_after(pause);
}

void session_client::on_hello(const weft::Hello& hello) {
  weft::ClientFrame frame;
  if (!who_.token.empty()) {
    frame.mutable_resume()->set_token(who_.token);
  } else {
    // The same id in every attempt: the account is made once.
    server_clock clock;
    clock.set(time_ms{hello.time_ms()});
    if (!registration_)
      registration_ = clock.make_op_id();
    auto& request = *frame.mutable_register_();
    request.set_name(who_.name);
    request.set_password(who_.password);
    request.set_device_id(std::string{who_.device.view()});
    request.set_device_name("weft-bench");
    request.set_op_id(std::string{registration_.view()});
  }
  link_->request(frame);
}

void session_client::on_reply(const weft::ServerFrame& frame) {
  if (frame.has_ready()) {
    if (!frame.ready().token().empty())
      who_.token = frame.ready().token();
    is_here_ = true;
    return listener_.on_here(index_, std::chrono::steady_clock::now() - began_);
  }
  if (!frame.has_error() || is_here_)
    return;
  const auto why = from_protocol(frame.error());
  if (!may_pass(why)) {
    let_go();
    return listener_.on_gone(index_, why);
  }
  listener_.on_refused(index_);
  try_again(why, std::max(refused_pause, std::chrono::milliseconds{why.retry_after_ms}));
}

void session_client::on_link_closed(const close_reason& reason) {
  if (is_here_) {
    is_here_ = false;
    let_go();
    return listener_.on_gone(index_, reason.why);
  }
  listener_.on_refused(index_);
  try_again(reason.why,
            std::max(refused_pause, std::chrono::milliseconds{reason.reconnect_after_ms}));
}

} // namespace weft::bench
