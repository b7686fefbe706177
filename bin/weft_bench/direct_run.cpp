#include "bin/weft_bench/direct_run.hpp"

#include "bin/weft_bench/conductor.hpp"
#include "bin/weft_bench/direct_client.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace weft::bench {

using net::client::server_address;

namespace {

/// Registrations under way at once: enough to keep the server's pool of password hashes busy, few
/// enough not to be turned away.
constexpr std::size_t enrolled_at_once = 8;

/// Accounts are named bench-RUN-N, RUN being another each time.
std::string new_run_name() {
  return to_uuid_text(make_uuid_v4()).substr(0, 8);
}

/// How far the registrations came, on stderr, for a person who waits.
class progress {
public:
  explicit progress(std::size_t of) : of_(of), on_terminal_(::isatty(STDERR_FILENO) != 0) {}

  void show(std::size_t done) {
    const auto now = clock::now();
    if (done != of_ && now - shown_ < std::chrono::milliseconds{on_terminal_ ? 100 : 2'000})
      return;
    shown_ = now;
    std::fprintf(stderr, "%sweft-bench: registered %zu of %zu clients%s", on_terminal_ ? "\r" : "",
                 done, of_, on_terminal_ && done != of_ ? "" : "\n");
  }

private:
  std::size_t of_;
  bool on_terminal_;
  clock::time_point shown_ = clock::now();
};

/// All clients of a run.
class direct_ensemble : public ensemble, public direct_listener {
public:
  direct_ensemble(boost::asio::io_context& io, traffic& shared,
                  const std::vector<server_address>& servers)
      : io_(io), shared_(shared), servers_(servers), progress_(shared.settings().clients) {
    const auto run = new_run_name();
    for (std::size_t i = 0; i < shared.settings().clients; ++i)
      clients_.push_back(std::make_unique<direct_client>(io, static_cast<direct_listener&>(*this),
                                                         shared, i,
                                                         "bench-" + run + "-" + std::to_string(i)));
  }

  result<void> enrol() {
    for (std::size_t i = 0; i < std::min(enrolled_at_once, clients_.size()); ++i)
      enrol_next();
    while (ready_ < clients_.size() && !failed_)
      io_.run_one();
    if (failed_)
      return *failed_;
    for (std::size_t i = 0; i < clients_.size(); ++i)
      clients_[i]->meet(clients_[i ^ 1]->user());
    return {};
  }

  const std::optional<error>& failed() const { return failed_; }

  std::size_t size() const override { return clients_.size(); }
  void send_due(std::size_t client, clock::time_point now) override {
    clients_[client]->send_due(now);
  }
  std::size_t outstanding(std::size_t client) const override {
    return clients_[client]->outstanding();
  }
  const order_check& order(std::size_t client) const override { return clients_[client]->order(); }
  void fetch_missing(std::size_t client) override { clients_[client]->pull(); }

private:
  void enrol_next() {
    if (begun_ < clients_.size())
      clients_[begun_++]->enrol(servers_);
  }

  void on_ready(std::size_t index) override {
    const auto most = std::max<std::size_t>(clients_[index]->requests_max(), 1);
    if (shared_.settings().is_open_loop())
      shared_.set_window(ready_ == 0 ? most : std::min(shared_.settings().window, most));
    else if (shared_.settings().window > most)
      return on_failed(index, {errc::too_large, "the server takes " + std::to_string(most) +
                                                    " requests of one client at once: --window " +
                                                    std::to_string(most) + " is the most"});
    progress_.show(++ready_);
    enrol_next();
  }

  void on_failed(std::size_t index, const error& why) override {
    if (failed_)
      return;
    failed_ = why;
    if (ready_ == clients_.size())
      failed_->message = "client " + std::to_string(index) + ": " + why.message;
  }

  boost::asio::io_context& io_;
  traffic& shared_;
  std::vector<server_address> servers_;
  progress progress_;
  std::vector<std::unique_ptr<direct_client>> clients_;
  std::size_t begun_ = 0;
  std::size_t ready_ = 0;
  std::optional<error> failed_;
};

} // namespace

result<run_result> run_direct(const traffic_settings& what, const direct_settings& where) {
  // One thread: the reactor needs no locks. Names are resolved by another thread, which posts.
  boost::asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO);
  traffic shared(what);
  direct_ensemble clients(io, shared, where.servers);
  if (const auto enrolled = clients.enrol(); !enrolled)
    return enrolled.failure();
  return conductor(io, shared, clients, where.server_processes).run("direct", clients.failed());
}

} // namespace weft::bench
