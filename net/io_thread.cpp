#include "net/io_thread.hpp"

#include "net/listener.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace weft::net {

namespace {

/// Deadlines are seconds: a tenth of one is precise enough, and one turn of the wheel is longer
/// than the session expiry by default.
constexpr clock_ms wheel_tick_ms = 100;
constexpr std::size_t wheel_slots = 1024;

/// When the first client of a node that stops may try again, or try another node.
constexpr std::uint32_t retry_when_stopping_ms = 1'000;

/// Clients of a node that stops that are to come back in one second: what a node takes easily
/// beside everything else.
constexpr std::size_t returns_of_second = 2'000;

/// When a client that was crowded out before it signed in may try again.
constexpr std::uint32_t retry_when_crowded_ms = 1'000;

} // namespace

clock_ms read_clock() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<clock_ms>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

result<std::shared_ptr<io_thread>> io_thread::make(std::shared_ptr<server_context> shared,
                                                   std::size_t strangers_max) {
  auto sockets = poller::open();
  if (!sockets)
    return sockets.failure();
  return std::shared_ptr<io_thread>{
      new io_thread{std::move(shared), std::move(*sockets), strangers_max}};
}

io_thread::io_thread(std::shared_ptr<server_context> shared, std::unique_ptr<poller> sockets,
                     std::size_t strangers_max)
    : shared_(std::move(shared)), poller_(std::move(sockets)), now_(read_clock()),
      wheel_(now_, wheel_tick_ms, wheel_slots), turn_(shared_->limits),
      strangers_max_(strangers_max) {}

io_thread::~io_thread() {
  join();
}

result<void> io_thread::serve(listener& door) {
  door_ = &door;
  return poller_->watch(door.socket(), interest::read, &door);
}

void io_thread::start() {
  thread_ = std::thread{[this] { run(); }};
}

void io_thread::join() {
  if (thread_.joinable())
    thread_.join();
}

// -- from other threads -------------------------------------------------------------------------

void io_thread::adopt(int socket) {
  {
    std::lock_guard guard{mutex_};
    inbox_.adopted.push_back(socket);
  }
  poller_->wake();
}

void io_thread::enqueue(std::shared_ptr<connection> what) {
  {
    std::lock_guard guard{mutex_};
    inbox_.queued.push_back(std::move(what));
    // Whoever came first has woken the thread, or it is not asleep.
    if (inbox_.queued.size() > 1)
      return;
  }
  poller_->wake();
}

void io_thread::begin_stop(clock_ms within) {
  {
    std::lock_guard guard{mutex_};
    inbox_.stop_within = std::max<clock_ms>(within, 1);
  }
  poller_->wake();
}

// -- the round ----------------------------------------------------------------------------------

void io_thread::run() {
  while (!is_done())
    run_once();
  // Nobody who still holds a connection may reach for this thread or for the budgets.
  for (const auto& each : std::vector<std::shared_ptr<connection>>{slots_})
    if (each)
      each->end();
  leaving_.clear();
}

void io_thread::run_once() {
  poller_->prepare_wait();
  const auto ready = poller_->wait(wait_at_most());
  now_ = read_clock();
  for (const auto& each : ready) {
    if (each.tag != door_) {
      static_cast<connection*>(each.tag)->on_ready(each);
    } else if (door_->accept() == listener::accept_result::out_of_files) {
      poller_->change(door_->socket(), interest::none, door_);
      wheel_.schedule(*door_, now_ + accept_pause_ms);
    }
  }
  take_inbox();
  wheel_.advance(now_, [this](wheel_entry& entry) {
    if (&entry == door_)
      poller_->change(door_->socket(), interest::read, door_);
    else
      static_cast<connection&>(entry).on_time();
  });
  leaving_.clear();
}

std::optional<clock_ms> io_thread::wait_at_most() {
  {
    std::lock_guard guard{mutex_};
    if (!inbox_.is_empty())
      return 0;
  }
  // The clock has moved since the round began; a tick too early costs a round, no more.
  return wheel_.until_next(now_);
}

void io_thread::take_inbox() {
  {
    std::lock_guard guard{mutex_};
    std::swap(inbox_, taken_);
  }
  for (const auto socket : taken_.adopted)
    place(socket);
  for (const auto& each : taken_.queued)
    each->on_queue();
  if (taken_.stop_within != 0)
    stop_connections(taken_.stop_within);
  taken_.adopted.clear();
  taken_.queued.clear();
  taken_.stop_within = 0;
}

// -- connections --------------------------------------------------------------------------------

void io_thread::place(int socket) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  const auto number = next_number_++;
  // Its place may be empty again when it has been opened.
  const auto made = std::make_shared<connection>(*this, socket, number, slot);
  slots_[slot] = made;
  made->open();
  if (is_stopping())
    made->end();
  else
    crowd_out({slot, number});
}

void io_thread::crowd_out(const stranger& newcomer) {
  strangers_.push_back(newcomer);
  if (strangers_.size() <= strangers_max_)
    return;
  std::erase_if(strangers_, [this](const stranger& each) { return !is_still_stranger(each); });
  if (strangers_.size() <= strangers_max_)
    return;
  // An honest client signs in within a moment: the oldest is the least likely to be one.
  const auto oldest = slots_[strangers_.front().slot];
  strangers_.pop_front();
  oldest->close({.code = errc::overloaded,
                 .message = "too many connections have not signed in",
                 .retry_after_ms = retry_when_crowded_ms});
  // Its place is needed now: whether the client has read that is not waited for. It may have gone
  // already, if the socket was found broken.
  oldest->end();
}

bool io_thread::is_still_stranger(const stranger& who) const {
  const auto& place = slots_[who.slot];
  return place && place->number() == who.number && place->is_stranger();
}

void io_thread::release(connection& what) {
  auto& place = slots_[what.slot()];
  assert(place.get() == &what);
  free_slots_.push_back(what.slot());
  leaving_.push_back(std::move(place));
  place.reset();
}

void io_thread::stop_connections(clock_ms within) {
  stop_due_ = now_ + within;
  if (door_ != nullptr) {
    wheel_.cancel(*door_);
    poller_->change(door_->socket(), interest::none, door_);
  }
  const auto all = slots_;
  const auto spread_ms = std::max<std::size_t>(
      retry_when_stopping_ms, shared_->counters.connections.load() * 1'000 / returns_of_second);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i])
      all[i]->stop({.code = errc::unavailable,
                    .message = "this node stops",
                    // Evenly spread, so that they do not all come at once.
                    .retry_after_ms = retry_when_stopping_ms +
                                      static_cast<std::uint32_t>(i * spread_ms / all.size())});
}

bool io_thread::is_done() const {
  return is_stopping() && (now_ >= stop_due_ || free_slots_.size() == slots_.size());
}

} // namespace weft::net
