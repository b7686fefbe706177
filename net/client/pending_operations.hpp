// What a client asked for and has not been answered: the part of reconnecting that decides.
#pragma once

#include "net/client/backoff.hpp"
#include "net/proto/weft.pb.h"
#include "storage/result.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <unordered_map>

namespace weft::net::client {

/// Requests that live longer than a connection. Each is sent, sent again with the same operation
/// id after every reconnect and after every refusal that time may heal, and ends exactly once:
/// with its reply, with an error, or at its deadline. Time comes in as a parameter.
class pending_operations {
public:
  using instant = std::chrono::steady_clock::time_point;
  using done = std::function<void(result<weft::ServerFrame>)>;
  /// Writes the frame to the connection; returns its request id, 0 when it could not.
  using sender = std::function<std::uint64_t(weft::ClientFrame&)>;

  static constexpr std::size_t operations_max = 1024;

  explicit pending_operations(std::uint32_t seed = std::random_device{}()) : random_(seed) {}

  /// Takes an operation; `finished` may be called by any later call but not by this one, unless
  /// the table is full.
  void add(weft::ClientFrame frame, instant deadline, done finished);

  /// Sends what is due, oldest first. Only with a connection that is ready for it.
  void send_due(instant now, const sender& send);

  /// Takes a reply. False when no operation waits for it.
  bool answer(const weft::ServerFrame& frame, instant now);

  /// The connection is gone: what was sent on it will be sent again.
  void link_lost(const error& why);

  /// Ends what has reached its deadline.
  void expire(instant now);

  /// Ends everything.
  void fail_all(const error& why);

  /// When `send_due` or `expire` next has something to do; nothing: not before another call.
  std::optional<instant> next_event() const;

  std::size_t size() const { return operations_.size(); }

private:
  struct operation {
    weft::ClientFrame frame;
    done finished;
    instant deadline;
    instant not_before{};
    /// 0 while it is not on its way.
    std::uint64_t request = 0;
    /// A try was written and its outcome is not known.
    bool uncertain = false;
    error last_error{errc::timeout, "no connection to the server", {}, 0};
    backoff pause;
  };
  using table = std::map<std::uint64_t, operation>;

  void refused(table::iterator at, const weft::Error& refusal, instant now);
  void end(table::iterator at, result<weft::ServerFrame> outcome);
  void end(table::iterator at, error why);

  table operations_;
  std::unordered_map<std::uint64_t, std::uint64_t> waiting_;
  std::uint64_t last_number_ = 0;
  std::minstd_rand random_;
};

/// The error that the protocol carried.
error from_protocol(const weft::Error& what);

/// True when the same request may well succeed a little later.
bool may_pass(const error& what);

} // namespace weft::net::client
