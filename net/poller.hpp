// Readiness of sockets: one epoll instance, and a way to wake its thread.
#pragma once

#include "storage/result.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <sys/epoll.h>

namespace weft::net {

/// What a socket is watched for.
enum class interest : std::uint8_t { none, read, write, read_and_write };

/// A socket that is ready. `tag` is the pointer it was watched with.
struct ready_socket {
  void* tag = nullptr;
  bool is_readable = false;
  bool is_writable = false;
  /// Reset, or closed in both directions. Reported even when nothing is watched for.
  bool is_broken = false;
};

/// Level-triggered epoll: a socket that stays readable is reported again, so that one read per turn
/// is enough and no call re-arms anything. Closing a socket ends its watch. Belongs to one thread,
/// but for `wake`.
///
/// Boost.Asio would do the same with one more system call a turn (it re-arms each wait) and some
/// 390 bytes more per connection: docs/decisions has the measurement.
class poller {
public:
  static result<std::unique_ptr<poller>> open();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// Starts watching. `tag` must not be null.
  result<void> watch(int socket, interest what, void* tag);
  void change(int socket, interest what, void* tag);

  /// Waits until something is ready, `wake` was called, or the time is over; without a time, as
  /// long as that takes. What it returns is valid until the next call.
  std::span<const ready_socket> wait(std::optional<std::uint64_t> milliseconds);

  /// Ends the present `wait`, or the next one. Any thread; costs nothing while the thread is busy,
  /// which therefore looks at its inbox between `prepare_wait` and `wait`.
  void wake();
  /// From now on `wake` is heard.
  void prepare_wait() { is_waiting_.store(true, std::memory_order_seq_cst); }

private:
  poller(int epoll, int event) : epoll_(epoll), event_(event) {}

  int epoll_;
  int event_;
  std::atomic<bool> is_waiting_{false};
  static constexpr std::size_t batch = 256;
  std::array<epoll_event, batch> events_;
  std::array<ready_socket, batch> ready_;
};

} // namespace weft::net
