#include "net/client/steady_link.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace weft::net::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A session that was fenced leaves the newer one the time of a short command before it returns.
constexpr milliseconds fenced_pause{700};

/// How many addresses the servers may teach a client.
constexpr std::size_t servers_max = 64;

/// First attempts that end without a word from the server before it is taken for another kind of
/// server: one that stops at that moment does so once.
constexpr unsigned mute_attempts_max = 3;

/// Contacts whose presence is kept: more than a server tells of.
constexpr std::size_t presence_max = 10'000;

/// The finest step of the timer of operations: a full queue must not make it spin.
constexpr milliseconds operations_step{10};

bool is_final(errc code) {
  return code == errc::bad_version || code == errc::bad_credentials ||
         code == errc::not_signed_in || code == errc::suspended || code == errc::inactive;
}

/// A server that is not the right one ends the first attempt. Later it is a failure like others:
/// what a strange network puts in between may go again.
bool is_wrong_server(errc code) {
  return code == errc::untrusted || code == errc::bad_version;
}

} // namespace

steady_link::steady_link(boost::asio::io_context& io, steady_listener& listener, settings config,
                         sign_in how)
    : io_(io), listener_(listener), config_(std::move(config)), sign_in_(std::move(how)),
      random_(std::random_device{}()), redial_timer_(io), operations_timer_(io) {}

steady_link::~steady_link() {
  stop();
}

void steady_link::start() {
  dial();
}

void steady_link::stop() {
  if (phase_ == phase::ended)
    return;
  phase_ = phase::ended;
  drop_link();
  operations_.fail_all({errc::unavailable, "the connection was ended", {}, 0});
}

void steady_link::dial() {
  phase_ = phase::dialing;
  dialer_ = std::make_shared<dialer>(io_, config_.servers, config_.dial_within);
  dialer_->dial(next_server_, [this](result<std::shared_ptr<byte_stream>> bytes) {
    const auto dialed = std::exchange(dialer_, nullptr);
    next_server_ = dialed->index();
    if (!bytes && !met_ && is_wrong_server(bytes.failure().code))
      return finish(bytes.failure());
    if (!bytes)
      return lose(bytes.failure(), milliseconds{0});
    phase_ = phase::greeting;
    link_ = std::make_shared<link>(io_, static_cast<link_listener&>(*this), config_.software);
    link_->set_inbox_version(inbox_version_);
    link_->open(*std::move(bytes));
  });
}

void steady_link::on_hello(const weft::Hello& hello) {
  hello_ = hello;
  clock_.set(time_ms{hello.time_ms()});
  if (!sign_in_)
    return go_live(nullptr);
  phase_ = phase::signing_in;
  weft::ClientFrame frame;
  sign_in_(frame, clock_);
  is_registration_ = frame.has_register_();
  sign_in_request_ = link_->request(frame);
}

void steady_link::on_reply(const weft::ServerFrame& frame) {
  if (phase_ == phase::signing_in && frame.request_id() == sign_in_request_)
    return on_signed_in(frame);
  operations_.answer(frame, steady_clock::now());
  arm_operations();
}

void steady_link::on_ack(std::uint64_t request, const ack_view& view) {
  weft::ServerFrame frame;
  frame.set_request_id(request);
  auto& ack = *frame.mutable_ack();
  ack.set_thread(std::string{view.thread});
  ack.set_seq(view.seq);
  ack.set_ordinal(view.ordinal);
  ack.set_time_ms(view.time_ms);
  ack.set_duplicate(view.duplicate);
  on_reply(frame);
}

void steady_link::on_signed_in(const weft::ServerFrame& frame) {
  sign_in_request_ = 0;
  if (frame.has_ready()) {
    is_registration_uncertain_ = false;
    return go_live(&frame.ready());
  }
  const auto why = frame.has_error() ? from_protocol(frame.error())
                                     : error{errc::corrupt, "the server did not sign in", {}, 0};
  // The name belongs to another operation: no try of this one made the account.
  if (why.code == errc::name_taken)
    is_registration_uncertain_ = false;
  else if (is_registration_)
    is_registration_uncertain_ |= why.outcome == outcome::unknown_retry_same_id;
  if (may_pass(why))
    return lose(why, milliseconds{why.retry_after_ms});
  finish(why);
}

void steady_link::go_live(const weft::Ready* ready) {
  phase_ = phase::live;
  met_ = true;
  pause_.reset();
  listener_.on_live(hello_, ready);
  send_due();
}

void steady_link::on_link_closed(const close_reason& reason) {
  prefer(reason.address);
  auto at_least = milliseconds{reason.reconnect_after_ms};
  if (reason.why.code == errc::fenced) {
    if (config_.fenced == when_fenced::end)
      return finish(reason.why);
    at_least = std::max(at_least, fenced_pause);
  }
  const auto gives_up = !met_ && config_.first == first_contact::must_succeed &&
                        reason.before_greeting && ++mute_attempts_ >= mute_attempts_max;
  if (is_final(reason.why.code) || gives_up)
    return finish(reason.why);
  // The next server first: this one may be gone.
  if (reason.address.empty())
    next_server_ = (next_server_ + 1) % config_.servers.size();
  lose(reason.why, at_least);
}

void steady_link::prefer(const std::string& address) {
  if (address.empty())
    return;
  auto& servers = config_.servers;
  const auto& protection = servers[next_server_].by;
  auto parsed = parse_servers(address, protection);
  if (!parsed)
    return;
  // Whatever it says: nobody is sent from TLS to a server in the clear.
  parsed->front().by = protection;
  auto at = std::find(servers.begin(), servers.end(), parsed->front());
  if (at == servers.end()) {
    if (servers.size() >= servers_max)
      servers.pop_back();
    at = servers.insert(servers.end(), parsed->front());
  }
  next_server_ = static_cast<std::size_t>(at - servers.begin());
}

void steady_link::lose(const error& why, milliseconds at_least) {
  if (phase_ == phase::ended)
    return;
  if (!met_ && config_.first == first_contact::must_succeed && phase_ == phase::dialing)
    return finish(why);
  note_lost_sign_in();
  drop_link();
  phase_ = phase::waiting;
  operations_.link_lost(why);
  const auto delay = std::max(pause_.next(random_), at_least);
  redial_timer_.expires_after(delay);
  redial_timer_.async_wait([this, alive = std::weak_ptr<char>(alive_)](const auto& code) {
    if (!code && alive.lock() && phase_ == phase::waiting)
      dial();
  });
  arm_operations();
  listener_.on_lost(why, delay);
}

void steady_link::finish(const error& why) {
  if (phase_ == phase::ended)
    return;
  phase_ = phase::ended;
  note_lost_sign_in();
  drop_link();
  operations_.link_lost(why);
  operations_.fail_all(why);
  listener_.on_ended(why);
}

void steady_link::note_lost_sign_in() {
  is_registration_uncertain_ = sign_in_outcome() == outcome::unknown_retry_same_id;
  sign_in_request_ = 0;
}

outcome steady_link::sign_in_outcome() const {
  const bool waits = is_registration_ && sign_in_request_ != 0;
  return waits || is_registration_uncertain_ ? outcome::unknown_retry_same_id
                                             : outcome::nothing_written;
}

void steady_link::drop_link() {
  redial_timer_.cancel();
  if (phase_ == phase::ended)
    operations_timer_.cancel();
  if (auto dialing = std::exchange(dialer_, nullptr))
    dialing->cancel();
  if (!link_)
    return;
  link_->close();
  // It may be the link whose call led here: it goes when that call has returned.
  boost::asio::post(io_, [gone = std::move(link_)] {});
  link_ = nullptr;
}

void steady_link::request(weft::ClientFrame frame, milliseconds within,
                          pending_operations::done finished) {
  if (phase_ == phase::ended)
    return finished(error{errc::unavailable, "the connection has ended", {}, 0});
  operations_.add(std::move(frame), steady_clock::now() + within, std::move(finished));
  send_due();
}

void steady_link::tell(const weft::ClientFrame& frame) {
  if (is_live())
    link_->tell(frame);
}

void steady_link::on_presence(const weft::Presence& what) {
  const user_id user{what.user_id()};
  if (presence_.size() >= presence_max && !presence_.contains(user))
    return;
  auto& known = presence_[user];
  // A new connection is told everything again.
  if (known.user_id() == what.user_id() && known.state() == what.state() &&
      known.last_seen_ms() == what.last_seen_ms())
    return;
  known = what;
  listener_.on_presence(known);
}

const weft::Presence* steady_link::presence_of(user_id user) const {
  const auto at = presence_.find(user);
  return at == presence_.end() ? nullptr : &at->second;
}

void steady_link::set_inbox_version(std::uint64_t version) {
  inbox_version_ = version;
  if (link_)
    link_->set_inbox_version(version);
}

void steady_link::send_due() {
  if (is_live())
    operations_.send_due(steady_clock::now(),
                         [this](weft::ClientFrame& frame) { return link_->request(frame); });
  arm_operations();
}

void steady_link::arm_operations() {
  const auto next = operations_.next_event();
  if (!next)
    return operations_timer_.expires_at(steady_clock::time_point::max()), void();
  operations_timer_.expires_at(std::max(*next, steady_clock::now() + operations_step));
  operations_timer_.async_wait([this, alive = std::weak_ptr<char>(alive_)](const auto& code) {
    if (code || !alive.lock())
      return;
    operations_.expire(steady_clock::now());
    send_due();
  });
}

} // namespace weft::net::client
