#include "bin/weft_bench/crowd.hpp"

#include "bin/weft_bench/token_file.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace weft::bench {
namespace {

/// Registrations under way at once: enough to keep the server's pool of password hashes busy.
constexpr std::size_t registered_at_once = 8;
/// How often a person who waits is told how far it is.
constexpr std::chrono::seconds told_every{2};

} // namespace

crowd::crowd(crowd_settings what, std::vector<net::client::server_address> servers)
    : io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), what_(std::move(what)),
      servers_(std::move(servers)) {}

result<void> crowd::enrol() {
  std::vector<session_account> accounts;
  if (!what_.tokens.empty()) {
    auto known = read_tokens(what_.tokens);
    if (!known)
      return known.failure();
    accounts = *std::move(known);
  }
  accounts.resize(std::min(accounts.size(), what_.clients));
  const auto known = accounts.size();
  const auto run = to_uuid_text(make_uuid_v4()).substr(0, 8);
  while (accounts.size() < what_.clients)
    accounts.push_back({"bench-" + run + "-" + std::to_string(accounts.size()),
                        to_uuid_text(make_uuid_v4()),
                        device_id{make_uuid_v4()},
                        {}});
  for (auto& each : accounts)
    clients_.push_back(std::make_unique<session_client>(io_, static_cast<session_listener&>(*this),
                                                        clients_.size(), std::move(each)));
  if (known == clients_.size())
    return {};

  // Who is known comes later: registering them all is a run of its own.
  const auto at_once = std::exchange(what_.at_once, registered_at_once);
  next_ = here_ = known;
  const auto done = come();
  what_.at_once = at_once;
  save_tokens();
  return done;
}

void crowd::save_tokens() {
  if (what_.tokens.empty())
    return;
  std::vector<session_account> accounts;
  for (const auto& each : clients_)
    accounts.push_back(each->account());
  if (const auto saved = write_tokens(what_.tokens, accounts); !saved && !failed_)
    failed_ = saved.failure();
}

result<void> crowd::come() {
  const auto before = here_;
  for (std::size_t i = 0; i < what_.at_once; ++i)
    begin_next();
  auto told = std::chrono::steady_clock::now();
  while (here_ < clients_.size() && !failed_) {
    io_.run_one();
    const auto now = std::chrono::steady_clock::now();
    if (here_ == before || now - told < told_every)
      continue;
    told = now;
    std::fprintf(stderr, "weft-bench: %zu of %zu clients are there\n", here_, clients_.size());
  }
  if (failed_)
    return *failed_;
  return {};
}

void crowd::begin_next() {
  while (next_ < clients_.size() && clients_[next_]->is_here())
    ++next_;
  if (next_ < clients_.size())
    clients_[next_++]->come(servers_);
}

void crowd::leave() {
  for (const auto& each : clients_)
    each->leave();
  next_ = here_ = 0;
}

void crowd::begin_measuring() {
  latency_ = {};
  refused_ = 0;
  lost_ = 0;
}

result<void> crowd::stay(std::chrono::duration<double> how_long) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(how_long);
  while (std::chrono::steady_clock::now() < end && !failed_)
    io_.run_one_until(end);
  if (failed_)
    return *failed_;
  return {};
}

void crowd::on_here(std::size_t, std::chrono::nanoseconds took) {
  ++here_;
  latency_.add(static_cast<std::uint64_t>(took.count()));
  begin_next();
}

void crowd::on_gone(std::size_t index, const error& why) {
  // A session that was there and is lost is counted; one that cannot come ends the run.
  if (here_ == clients_.size()) {
    ++lost_;
    return;
  }
  if (!failed_)
    failed_ = error{why.code, "client " + std::to_string(index) + ": " + why.message};
}

} // namespace weft::bench
