// The one admission point of a node: what may be in flight, for one session and in all.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace weft::net {

/// What a request is for: when the node is short of room, reads give way to what is to be written.
enum class request_kind : std::uint8_t { write, read };

/// Bytes of requests in flight on the whole node. Mailboxes of actors are unbounded: this is their
/// bound. Safe for use by several threads.
class node_budget {
public:
  explicit node_budget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Takes all of `bytes` or nothing. Reads get nothing when half of the budget is in use, so that
  /// pages which nobody fetches never keep a message from being sent.
  [[nodiscard]] bool try_take(std::size_t bytes, request_kind kind = request_kind::write);
  /// Takes `bytes` for what exists already and cannot be refused: the next `try_take` feels it.
  void take(std::size_t bytes) { in_use_.fetch_add(bytes, std::memory_order_relaxed); }
  void give_back(std::size_t bytes) { in_use_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t in_use() const { return in_use_.load(std::memory_order_relaxed); }
  /// Three quarters are in use: what can be left out is.
  bool is_short() const { return in_use() >= bytes_max_ - bytes_max_ / 4; }

private:
  std::size_t bytes_max_;
  std::atomic<std::size_t> in_use_{0};
};

/// What became of a request at the admission point.
enum class admitted {
  yes,
  /// A request with this id still waits for its reply.
  id_in_use,
  /// The node's budget is exhausted.
  node_full,
};

/// The limits of every session's window.
struct window_limits {
  std::size_t requests_max = 0;
  std::size_t bytes_max = 0;
};

/// The window of one session: what it asked for and has not got yet. A request is charged with the
/// larger of its own bytes and those its reply is expected to have, from its decoding until its
/// reply is on the socket. The window may be exceeded by its last request, so that one request
/// always fits. Not safe for use by several threads: its owner has a lock.
class session_window {
public:
  /// Gives everything back that is still out.
  ~session_window();
  explicit session_window(node_budget& node) : node_(node) {}
  session_window(const session_window&) = delete;
  session_window& operator=(const session_window&) = delete;

  /// No further request may be read.
  bool is_full(const window_limits& limits) const {
    return requests_ >= limits.requests_max || bytes_ >= limits.bytes_max;
  }

  /// A request was decoded.
  [[nodiscard]] admitted admit(std::uint64_t request, std::uint32_t charge,
                               request_kind kind = request_kind::write);
  /// `count` frames were decoded that the connection itself has answered: they count until written.
  void admit_answered(std::uint32_t count);
  /// The same for frames of which the socket has taken a part: they count until `end_write`.
  void admit_being_written(std::uint32_t count);

  /// The reply of a request is there and waits with `reply_bytes` to be written. False, and nothing
  /// happens, when no such request is waiting.
  bool answer(std::uint64_t request, std::uint32_t reply_bytes);
  /// What was answered up to now is being written.
  void begin_write();
  /// What `begin_write` meant has been written.
  void end_write();
  /// What was answered will never be written.
  void write_off_answers();
  /// What still waits will never be answered.
  void write_off_waiting();

  std::size_t requests() const { return requests_; }
  std::size_t bytes() const { return bytes_; }
  /// Gives back memory that only a busy session needs.
  void shrink();

private:
  struct share;
  void free(share& what);

  struct waiting_request {
    std::uint64_t request;
    std::uint32_t charge;
  };
  struct share {
    std::uint32_t requests = 0;
    std::uint32_t bytes = 0;
  };

  node_budget& node_;
  /// In the order of their admission, which is mostly that of their answers.
  std::vector<waiting_request> waiting_;
  share answered_;
  share being_written_;
  std::uint32_t requests_ = 0;
  std::uint32_t bytes_ = 0;
};

/// How many receipts a session may report in a second. They have no reply that could give their
/// place back, so a rate bounds them: a token bucket. For one thread.
class report_meter {
public:
  /// Takes `count`, which may overdraw.
  void take(std::size_t count) { credit_ -= static_cast<std::int64_t>(count); }
  /// Refills for the time that has passed; true when reports may be read.
  bool may_read(std::uint64_t now_ms);
  /// How long an overdrawn session must wait.
  std::uint64_t wait_ms() const;

  /// An honest client merges its receipts; one for each message it gets would be far below this.
  static constexpr std::int64_t reports_per_second = 20'000;

private:
  std::int64_t credit_ = reports_per_second;
  std::uint64_t refilled_ms_ = 0;
};

} // namespace weft::net
