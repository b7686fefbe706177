#include "bin/weft_bench/conductor.hpp"

#include <algorithm>
#include <ctime>

namespace weft::bench {
namespace {

using std::chrono::milliseconds;

/// The finest step of an open loop: a message is at most this late by our own doing.
constexpr std::chrono::microseconds open_step{100};

/// How often a closed loop looks for clients whose sends were refused.
constexpr milliseconds closed_step{10};

/// How long answers and deliveries may take after the last message was sent.
constexpr std::chrono::seconds rest_within{30};
/// When missing deliveries are fetched for the first time and again.
constexpr std::chrono::seconds fetch_every{5};

std::chrono::nanoseconds own_cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

double microseconds_each(std::chrono::nanoseconds time, std::uint64_t messages) {
  return messages == 0 ? 0
                       : static_cast<double>(time.count()) / 1e3 / static_cast<double>(messages);
}

clock::duration of(std::chrono::duration<double> time) {
  return std::chrono::duration_cast<clock::duration>(time);
}

} // namespace

conductor::conductor(boost::asio::io_context& io, traffic& shared, ensemble& clients,
                     std::vector<pid_t> watched)
    : io_(io), shared_(shared), clients_(clients), watched_(std::move(watched)), timer_(io) {}

result<run_result> conductor::run(const std::string& work, const std::optional<error>& failed) {
  const auto& settings = shared_.settings();
  const auto begin = clock::now();
  shared_.begin(begin);
  tick();
  const auto measure_at = begin + of(settings.warmup);
  if (const auto why = run_until(failed, measure_at))
    return *why;

  const auto server_before = cpu_time_of(watched_);
  const auto own_before = own_cpu_time();
  shared_.measure(clock::now());
  if (const auto why = run_until(failed, clock::now() + of(settings.seconds)))
    return *why;
  shared_.drain(clock::now());
  const auto server_after = cpu_time_of(watched_);
  const auto own_after = own_cpu_time();
  const auto resident = resident_bytes_of(watched_);
  if (!server_before || !server_after || !resident)
    return !server_before  ? server_before.failure()
           : !server_after ? server_after.failure()
                           : resident.failure();

  if (const auto why = come_to_rest(failed))
    return *why;
  timer_.cancel();
  auto out = result_of(work, shared_);
  judge(out);
  out.client_cpu_us = microseconds_each(own_after - own_before, out.messages);
  if (!watched_.empty()) {
    out.server_cpu_us = microseconds_each(*server_after - *server_before, out.messages);
    out.server_rss_bytes = *resident;
  }
  return out;
}

std::optional<error> conductor::run_until(const std::optional<error>& failed,
                                          clock::time_point end) {
  bool over = false;
  boost::asio::steady_timer alarm(io_, end);
  alarm.async_wait([&over](const auto&) { over = true; });
  while (!over && !failed)
    io_.run_one();
  if (!over) {
    // The handler refers to this frame: let it run before leaving.
    alarm.cancel();
    while (!over)
      io_.run_one();
  }
  return failed;
}

std::optional<error> conductor::come_to_rest(const std::optional<error>& failed) {
  const auto deadline = clock::now() + rest_within;
  auto fetch_at = clock::now() + fetch_every;
  while (!is_at_rest() && clock::now() < deadline) {
    if (const auto why = run_until(failed, clock::now() + milliseconds{20}))
      return why;
    if (clock::now() < fetch_at)
      continue;
    fetch_at += fetch_every;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (clients_.order(i).complete() < last_seq_of_pair(i))
        clients_.fetch_missing(i);
    }
  }
  return std::nullopt;
}

void conductor::tick() {
  const auto now = clock::now();
  auto next = now + closed_step;
  if (const auto& times = shared_.due_times(); times && shared_.is_sending()) {
    while (shared_.started() + times->due(released_) <= now)
      clients_.send_due(times->client_of(released_++), now);
    next = std::max(shared_.started() + times->due(released_), now + open_step);
  } else {
    for (std::size_t i = 0; i < clients_.size(); ++i)
      clients_.send_due(i, now);
  }
  timer_.expires_at(next);
  timer_.async_wait([this](const auto& code) {
    if (!code)
      tick();
  });
}

std::uint64_t conductor::last_seq_of_pair(std::size_t client) const {
  return std::max(clients_.order(client).highest(), clients_.order(client ^ 1).highest());
}

bool conductor::is_at_rest() const {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (clients_.outstanding(i) != 0 || clients_.order(i).complete() < last_seq_of_pair(i))
      return false;
  }
  return true;
}

void conductor::judge(run_result& out) const {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    out.found += clients_.order(i).result(last_seq_of_pair(i));
    out.unanswered += clients_.outstanding(i);
  }
}

} // namespace weft::bench
