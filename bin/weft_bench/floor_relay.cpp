#include "bin/weft_bench/floor_relay.hpp"

#include "bin/weft_bench/floor_frames.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace weft::bench {
namespace {

using net::client::frame_length_bytes;
using net::client::get_frame_length;

constexpr std::size_t read_bytes = 64u << 10;
constexpr int events_per_turn = 512;

struct connection {
  int socket = -1;
  /// The beginning of a frame whose rest has not come.
  std::string rest;
  std::string out;
  connection* partner = nullptr;
  /// The pair's last sequence number, kept with its first member.
  std::uint64_t seq = 0;
  connection* seq_keeper = nullptr;
  bool dirty = false;
  bool waits_for_room = false;
};

/// The relay's loop. It ends with its process: nothing in it is freed.
class relay {
public:
  explicit relay(int listener) : listener_(listener), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener, nullptr, EPOLLIN, EPOLL_CTL_ADD);
  }

  void run() {
    std::array<epoll_event, events_per_turn> events;
    while (true) {
      const int n = ::epoll_wait(epoll_, events.data(), events_per_turn, -1);
      for (int i = 0; i < n; ++i) {
        auto* from = static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (!from)
          accept();
        else if (events[static_cast<std::size_t>(i)].events & EPOLLOUT)
          touch(*from);
        else
          read(*from);
      }
      for (auto* each : dirty_)
        write(*each);
      dirty_.clear();
    }
  }

private:
  void watch(int socket, connection* what, std::uint32_t events, int how) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = what;
    ::epoll_ctl(epoll_, how, socket, &event);
  }

  void accept() {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0)
      return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto& added = *all_.emplace_back(std::make_unique<connection>());
    added.socket = socket;
    watch(socket, &added, EPOLLIN, EPOLL_CTL_ADD);
  }

  void read(connection& from) {
    const auto held = from.rest.size();
    std::memcpy(buffer_.data(), from.rest.data(), held);
    const auto n = ::recv(from.socket, buffer_.data() + held, buffer_.size() - held, 0);
    if (n <= 0) {
      if (n == 0 || errno != EAGAIN)
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, from.socket, nullptr);
      return;
    }
    std::string_view bytes(buffer_.data(), held + static_cast<std::size_t>(n));
    while (bytes.size() >= frame_length_bytes) {
      const auto whole = frame_length_bytes + get_frame_length(bytes);
      if (bytes.size() < whole)
        break;
      take(from, bytes.substr(frame_length_bytes, whole - frame_length_bytes));
      bytes.remove_prefix(whole);
    }
    from.rest.assign(bytes);
  }

  void take(connection& from, std::string_view frame) {
    switch (floor_kind_of(frame)) {
    case floor_kind::hello:
      return introduce(from, floor_number_of(frame));
    case floor_kind::send: {
      const auto seq = ++from.seq_keeper->seq;
      put_floor_frame(from.out, floor_kind::ack, floor_number_of(frame), floor_ack_bytes);
      storage::put_be(from.out.data() + from.out.size() - sizeof seq, seq);
      touch(from);
      put_floor_frame(from.partner->out, floor_kind::deliver, seq, floor_deliver_bytes,
                      frame.substr(floor_send_bytes));
      return touch(*from.partner);
    }
    case floor_kind::delivered:
      put_floor_frame(from.partner->out, floor_kind::receipt, floor_number_of(frame),
                      floor_receipt_bytes);
      return touch(*from.partner);
    default:
      return;
    }
  }

  void introduce(connection& who, std::uint64_t number) {
    if (numbered_.size() <= (number | 1))
      numbered_.resize((number | 1) + 1);
    numbered_[number] = &who;
    auto* partner = numbered_[number ^ 1];
    if (!partner)
      return;
    who.partner = partner;
    partner->partner = &who;
    who.seq_keeper = partner->seq_keeper = &who;
    for (auto* each : {&who, partner}) {
      put_floor_frame(each->out, floor_kind::hello, number, floor_hello_bytes);
      touch(*each);
    }
  }

  void touch(connection& what) {
    if (!std::exchange(what.dirty, true))
      dirty_.push_back(&what);
  }

  void write(connection& to) {
    to.dirty = false;
    const auto n = ::send(to.socket, to.out.data(), to.out.size(), MSG_NOSIGNAL);
    if (n > 0)
      to.out.erase(0, static_cast<std::size_t>(n));
    const bool waits = !to.out.empty();
    if (waits != to.waits_for_room)
      watch(to.socket, &to, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
    to.waits_for_room = waits;
  }

  int listener_;
  int epoll_;
  std::vector<char> buffer_ = std::vector<char>(2 * read_bytes);
  std::vector<std::unique_ptr<connection>> all_;
  std::vector<connection*> numbered_;
  std::vector<connection*> dirty_;
};

error failed_to(const char* attempted) {
  return {errc::io,
          std::string{"failed to "} + attempted + " for the floor: " + std::strerror(errno)};
}

} // namespace

result<floor_relay> floor_relay::start() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, any, size) != 0 || ::listen(listener, 1024) != 0 ||
      ::getsockname(listener, any, &size) != 0)
    return failed_to("listen");
  const auto parent = ::getpid();
  const auto process = ::fork();
  if (process < 0)
    return failed_to("fork");
  if (process == 0) {
    // Whatever ends the benchmark ends its floor.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent)
      relay(listener).run();
    ::_exit(0);
  }
  ::close(listener);
  return floor_relay(process, ntohs(address.sin_port));
}

floor_relay::floor_relay(floor_relay&& other) noexcept
    : process_(std::exchange(other.process_, -1)), port_(other.port_) {}

floor_relay::~floor_relay() {
  if (process_ < 0)
    return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

} // namespace weft::bench
