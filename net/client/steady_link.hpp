// A link that comes back: dials, signs in, and after a loss does so again, at another server if
// need be, with everything that was not answered yet.
//
//   dialing -> greeting -> signing in -> live --lost--> waiting (jittered backoff) -> dialing
//      any of them --refused for good, or `stop`--> ended
#pragma once

#include "net/client/backoff.hpp"
#include "net/client/dialer.hpp"
#include "net/client/link.hpp"
#include "net/client/pending_operations.hpp"
#include "net/client/server_clock.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace weft::net::client {

/// Told how a steady link fares and what the server pushes. Calls come from the io_context.
class steady_listener {
public:
  virtual ~steady_listener() = default;

  /// Requests are answered from now on. `ready` is null for a link that does not sign in.
  virtual void on_live(const weft::Hello& hello, const weft::Ready* ready) = 0;
  /// The connection was lost, or could not be made; it is tried again after `pause`.
  virtual void on_lost(const error&, std::chrono::milliseconds) {}
  /// It will not be tried again.
  virtual void on_ended(const error& why) = 0;

  virtual void on_deliver(const deliver_view&) {}
  virtual void on_receipt(const receipt_view&) {}
  virtual void on_push(const weft::ServerFrame&) {}
  virtual void on_inbox_version(std::uint64_t) {}
  /// A contact is otherwise than before, or heard of for the first time.
  virtual void on_presence(const weft::Presence&) {}
  /// Everything that one read brought was handed over.
  virtual void on_turn() {}
};

/// What a steady link does when no server could be reached at its very first attempt.
enum class first_contact { must_succeed, may_wait };

/// What it does when a newer session of this device took its place.
enum class when_fenced { end, come_back };

/// See above. Not thread-safe: one thread runs the io_context and calls it.
class steady_link : link_listener {
public:
  struct settings {
    std::vector<server_address> servers;
    std::string software = "weft/" WEFT_VERSION;
    first_contact first = first_contact::must_succeed;
    when_fenced fenced = when_fenced::end;
    std::chrono::milliseconds dial_within{5'000};
  };
  /// Fills in the request that signs in: Register, Login or Resume. Asked before every sign-in; the
  /// clock is the one that operation ids are made by.
  using sign_in = std::function<void(weft::ClientFrame&, const server_clock&)>;

  /// Without `how` the link is live once greeted. The listener must outlive it.
  steady_link(boost::asio::io_context& io, steady_listener& listener, settings config, sign_in how);
  ~steady_link() override;
  steady_link(const steady_link&) = delete;
  steady_link& operator=(const steady_link&) = delete;

  void start();
  /// Ends at once: pending requests fail, the listener hears nothing more.
  void stop();

  /// Asks, through as many connections as it takes; `finished` is called once, later or, when too
  /// much waits already, at once.
  void request(weft::ClientFrame frame, std::chrono::milliseconds within,
               pending_operations::done finished);
  /// Tells this connection, if there is one. Losing it is harmless by the protocol.
  void tell(const weft::ClientFrame& frame);

  /// The inbox version that heartbeats report.
  void set_inbox_version(std::uint64_t version);

  /// What heartbeats have told of a contact, over all connections; null when nothing.
  const weft::Presence* presence_of(user_id user) const;

  bool is_live() const { return phase_ == phase::live; }
  /// Whether a registration may have been done though its answer was never heard. Signing in by
  /// password or token writes nothing that matters.
  outcome sign_in_outcome() const;
  const server_clock& clock() const { return clock_; }
  /// Limits of the server last met.
  const weft::Hello& hello() const { return hello_; }

private:
  enum class phase { idle, dialing, greeting, signing_in, live, waiting, ended };

  void on_hello(const weft::Hello& hello) override;
  void on_ack(std::uint64_t request, const ack_view& ack) override;
  void on_reply(const weft::ServerFrame& frame) override;
  void on_deliver(const deliver_view& deliver) override { listener_.on_deliver(deliver); }
  void on_receipt(const receipt_view& receipt) override { listener_.on_receipt(receipt); }
  void on_push(const weft::ServerFrame& frame) override { listener_.on_push(frame); }
  void on_inbox_version(std::uint64_t version) override { listener_.on_inbox_version(version); }
  void on_presence(const weft::Presence& what) override;
  void on_turn() override { listener_.on_turn(); }
  void on_link_closed(const close_reason& reason) override;

  void dial();
  void go_live(const weft::Ready* ready);
  void on_signed_in(const weft::ServerFrame& frame);
  void lose(const error& why, std::chrono::milliseconds at_least);
  void finish(const error& why);
  void drop_link();
  void note_lost_sign_in();
  void prefer(const std::string& address);
  void send_due();
  void arm_operations();

  boost::asio::io_context& io_;
  steady_listener& listener_;
  settings config_;
  sign_in sign_in_;
  phase phase_ = phase::idle;

  std::shared_ptr<dialer> dialer_;
  std::shared_ptr<link> link_;
  std::size_t next_server_ = 0;
  bool met_ = false;
  /// First attempts in a row that ended without a word from the server.
  unsigned mute_attempts_ = 0;
  /// The sign-in that waits for its answer; 0: none.
  std::uint64_t sign_in_request_ = 0;
  bool is_registration_ = false;
  /// A registration was written and its answer was lost.
  bool is_registration_uncertain_ = false;
  std::uint64_t inbox_version_ = 0;

  std::unordered_map<user_id, weft::Presence> presence_;

  pending_operations operations_;
  server_clock clock_;
  weft::Hello hello_;
  backoff pause_;
  std::minstd_rand random_;
  boost::asio::steady_timer redial_timer_;
  boost::asio::steady_timer operations_timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

} // namespace weft::net::client
