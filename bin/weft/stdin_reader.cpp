#include "bin/weft/stdin_reader.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::bin {

stdin_reader::stdin_reader(boost::asio::io_context& io, taker take)
    : io_(io), take_(std::move(take)), stop_event_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

stdin_reader::~stdin_reader() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  asked_changed_.notify_one();
  ::eventfd_write(stop_event_, 1);
  thread_.join();
  ::close(stop_event_);
}

void stdin_reader::read_on() {
  {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
  }
  asked_changed_.notify_one();
}

bool stdin_reader::wait_until_asked() {
  std::unique_lock lock(mutex_);
  asked_changed_.wait(lock, [this] { return asked_ || stopping_; });
  asked_ = false;
  return !stopping_;
}

void stdin_reader::run() {
  while (wait_until_asked()) {
    auto piece = read_piece();
    const bool end = piece.empty();
    boost::asio::post(io_, [this, piece = std::move(piece)]() mutable { take_(std::move(piece)); });
    if (end)
      return;
  }
}

std::string stdin_reader::read_piece() {
  std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {stop_event_, POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) < 0) {
  }
  if (watched[1].revents != 0)
    return {};
  std::array<char, 4096> buffer;
  const auto n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string{};
}

} // namespace weft::bin
