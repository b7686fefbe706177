// A blocking client: each call returns with its answer, however many connections that took.
#pragma once

#include "net/client/steady_link.hpp"
#include "storage/result.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::net::client {

/// What a request may be addressed to: a thread, or the other user of a direct one.
struct destination {
  thread_id thread;
  user_id user;
};

/// One connection to an account, used from one thread; nothing happens between the calls.
class client : steady_listener {
public:
  struct settings {
    std::vector<server_address> servers;
    /// How long one call may take, over all its tries.
    std::chrono::milliseconds patience{30'000};
  };

  explicit client(settings config);
  ~client() override;

  /// Connects without signing in: for `status` and `locate`.
  result<void> connect();
  /// Connects and signs in with what `how` fills in (Register, Login, Resume). What `how` says
  /// later is used after every loss of the connection. The outcome of a failure is unknown when a
  /// Register was sent and its answer was lost: ask again with its operation id.
  result<weft::Ready> sign_in(steady_link::sign_in how);
  /// By the token of an earlier sign-in.
  result<weft::Ready> resume(const std::string& token, std::uint64_t history);

  /// Sends a message. The same `op` may be sent as often as one likes: it is written once.
  result<weft::Ack> send(const destination& to, const op_id& op, std::string content_type,
                         std::string body);
  /// One page.
  result<weft::History> history(weft::HistoryRequest what);
  result<weft::Inbox> inbox(weft::InboxRequest what);
  result<weft::User> find_user(std::string_view name);
  result<weft::User> find_user(user_id user);
  /// Whether these users are there: 1 to 100 of them.
  result<weft::PresenceList> presence(const std::vector<user_id>& users);
  result<weft::ReadMarked> mark_read(const thread_id& thread, sequence seq);
  result<weft::Status> status();
  result<void> logout();

  /// Limits and clock of the server; after connecting.
  const weft::Hello& hello() const { return link_->hello(); }
  /// The server's time.
  time_ms server_now() const { return link_->clock().now(); }
  /// An id for a new operation, by the server's clock.
  op_id make_op_id() const { return link_->clock().make_op_id(); }

private:
  void on_live(const weft::Hello& hello, const weft::Ready* ready) override;
  void on_lost(const error& why, std::chrono::milliseconds pause) override;
  void on_ended(const error& why) override;

  result<void> open(steady_link::sign_in how);
  result<weft::ServerFrame> ask(weft::ClientFrame frame);

  settings config_;
  boost::asio::io_context io_{1};
  std::optional<steady_link> link_;
  std::optional<weft::Ready> ready_;
  std::optional<error> ended_;
  error last_loss_;
  bool live_ = false;
};

} // namespace weft::net::client
