#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::net {

namespace {

error failed(const char* what) {
  return {.code = errc::io, .message = std::string{"cannot "} + what + ": " + std::strerror(errno)};
}

std::uint32_t events_of(interest what) {
  switch (what) {
  case interest::none:
    return 0;
  case interest::read:
    return EPOLLIN;
  case interest::write:
    return EPOLLOUT;
  case interest::read_and_write:
    return EPOLLIN | EPOLLOUT;
  }
  return 0;
}

int control(int epoll, int operation, int socket, std::uint32_t events, void* tag) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = tag;
  return ::epoll_ctl(epoll, operation, socket, &event);
}

} // namespace

result<std::unique_ptr<poller>> poller::open() {
  const auto epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0)
    return failed("create an epoll instance");
  const auto event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0 || control(epoll, EPOLL_CTL_ADD, event, EPOLLIN | EPOLLET, nullptr) != 0) {
    auto why = failed("create an eventfd");
    if (event >= 0)
      ::close(event);
    ::close(epoll);
    return why;
  }
  return std::unique_ptr<poller>{new poller{epoll, event}};
}

poller::~poller() {
  ::close(event_);
  ::close(epoll_);
}

result<void> poller::watch(int socket, interest what, void* tag) {
  if (control(epoll_, EPOLL_CTL_ADD, socket, events_of(what), tag) != 0)
    return failed("watch a socket");
  return {};
}

void poller::change(int socket, interest what, void* tag) {
  control(epoll_, EPOLL_CTL_MOD, socket, events_of(what), tag);
}

std::span<const ready_socket> poller::wait(std::optional<std::uint64_t> milliseconds) {
  constexpr std::uint64_t longest = std::numeric_limits<int>::max();
  const auto time = milliseconds ? static_cast<int>(std::min(*milliseconds, longest)) : -1;
  const auto count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(batch), time);
  is_waiting_.store(false, std::memory_order_relaxed);
  std::size_t out = 0;
  for (int i = 0; i < count; ++i) {
    const auto& event = events_[static_cast<std::size_t>(i)];
    // The eventfd, edge-triggered: each write is one event, and nobody reads what it counts.
    if (event.data.ptr == nullptr)
      continue;
    ready_[out++] = {event.data.ptr, (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                     (event.events & (EPOLLERR | EPOLLHUP)) != 0};
  }
  return {ready_.data(), out};
}

void poller::wake() {
  // The first of many wakers writes; the others find that it has been done.
  if (!is_waiting_.exchange(false, std::memory_order_seq_cst))
    return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto ignored = ::write(event_, &one, sizeof one);
}

} // namespace weft::net
