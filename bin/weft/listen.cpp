// weft listen
#include "bin/weft/context.hpp"
#include "bin/weft/inbox_keeper.hpp"
#include "bin/weft/message_output.hpp"
#include "bin/weft/session.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdio>

namespace weft::bin {
namespace {

using namespace net::client;

struct listen_options {
  std::optional<std::uint64_t> count;
  std::optional<double> timeout_s;
};

/// How long the last report of delivery may take to reach the server before the program ends
/// without knowing.
constexpr std::chrono::milliseconds farewell_within{2'000};

/// Prints what comes in until the count, the time or a signal ends it.
class listening : follower_listener {
public:
  listening(const context& shared, const listen_options& options, identity& who,
            inbox_keeper& keeper, steady_link::settings config)
      : shared_(shared), options_(options), who_(who), keeper_(keeper), timer_(io_),
        signals_(io_, SIGINT, SIGTERM),
        follower_(
            io_, *this, std::move(config), [this] { return account(); }, keeper.start()) {}

  command_result run() {
    signals_.async_wait([this](const auto& code, int) {
      if (!code)
        end(on_interruption());
    });
    if (options_.timeout_s) {
      timer_.expires_after(
          std::chrono::milliseconds{static_cast<std::int64_t>(*options_.timeout_s * 1'000)});
      timer_.async_wait([this](const auto& code) {
        if (!code)
          end(on_timeout());
      });
    }
    follower_.learn_name(who_.user, who_.name);
    follower_.start();
    while (!ended_)
      io_.run_one();
    take_leave();
    return *ended_;
  }

private:
  follower::account account() {
    // Another program of this installation may have signed in anew.
    if (const auto now = load_identity(shared_.home_directory());
        now && now->has_account() && now->user == who_.user)
      who_.token = now->token;
    return {who_.token, who_.history};
  }

  void on_message(const message& what, const std::string& from) override {
    if (ended_)
      return;
    if (!keeper_.is_known_here(what)) {
      const auto line = shared_.json ? to_line(to_json(what, from)) : to_line(what, from);
      std::puts(line.c_str());
      ++printed_;
    }
    keeper_.mark_shown(what.thread, what.seq);
    delivered_[what.thread] = what.seq;
    if (options_.count && printed_ >= *options_.count)
      settle(command_result{});
  }

  void on_settled() override {
    if (ended_)
      return;
    for (const auto& [thread, seq] : follower_.take_advanced()) {
      keeper_.mark_shown(thread, seq);
      delivered_[thread] = seq;
    }
    settled_version_ = follower_.settled_inbox_version();
    settle(std::nullopt);
  }

  void on_live(const weft::Ready& ready) override {
    if (ready.history_id() == who_.history)
      return;
    if (const auto kept = remember_history(shared_, who_, ready.history_id()); !kept)
      end(kept.failure());
    if (const auto kept = keeper_.belong_to(ready.history_id()); !kept)
      end(kept.failure());
  }

  void on_lost(const error& why, std::chrono::milliseconds) override {
    if (!shared_.json && why.code != errc::fenced)
      std::fprintf(stderr, "weft: %s; reconnecting\n", why.message.c_str());
  }

  void on_trouble(const error& why) override { report("weft", why, shared_.form()); }
  void on_ended(const error& why) override { end(with_advice(why)); }

  /// What was printed is out: remember it, and tell the server. In this order, so that a message
  /// is rather shown twice than never.
  void settle(std::optional<command_result> how) {
    if (const auto written = flush_output(); !written)
      return end(written.failure());
    if (const auto saved = keeper_.save(settled_version_); !saved)
      return end(saved.failure());
    follower_.tell_delivered({delivered_.begin(), delivered_.end()});
    delivered_.clear();
    if (how)
      end(*how);
  }

  void end(command_result how) {
    if (!ended_)
      ended_ = std::move(how);
  }

  command_result on_timeout() const {
    if (!options_.count)
      return {};
    return error{errc::timeout, std::to_string(printed_) + " of " +
                                    std::to_string(*options_.count) + " messages came in time"};
  }

  command_result on_interruption() const {
    if (!options_.count)
      return {};
    return error{errc::unavailable, "interrupted after " + std::to_string(printed_) + " of " +
                                        std::to_string(*options_.count) + " messages"};
  }

  /// The reply to a last heartbeat says that the server has read what was told before it.
  void take_leave() {
    if (!follower_.connection().is_live())
      return;
    bool heard = false;
    weft::ClientFrame frame;
    frame.mutable_heartbeat();
    follower_.connection().request(std::move(frame), farewell_within,
                                   [&heard](result<weft::ServerFrame>) { heard = true; });
    while (!heard && io_.run_one() != 0) {
    }
  }

  const context& shared_;
  const listen_options& options_;
  identity& who_;
  inbox_keeper& keeper_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  follower follower_;
  std::map<thread_id, sequence> delivered_;
  std::uint64_t settled_version_ = 0;
  std::uint64_t printed_ = 0;
  std::optional<command_result> ended_;
};

command_result listen(const context& shared, const listen_options& options) {
  auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  steady_link::settings config;
  config.fenced = when_fenced::come_back;
  auto servers = shared.server_list(*who);
  if (!servers)
    return servers.failure();
  config.servers = *std::move(servers);
  auto keeper = inbox_keeper::open(shared, *who);
  if (!keeper)
    return keeper.failure();
  return listening(shared, options, *who, *keeper, std::move(config)).run();
}

} // namespace

void add_listen(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand(
      "listen", "Print messages as they come in, first what was not shown here yet.");
  auto options = std::make_shared<listen_options>();
  command->add_option("--count", options->count, "end after as many messages")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
  command->add_option("--timeout", options->timeout_s, "end after this time")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 31'536'000.0));
  command->footer(
      "Each message is printed once on this device, in the order of its thread, across lost\n"
      "connections and restarts; what was sent from here is not repeated. With --count the exit\n"
      "code is 1 when the time ran out first.\n"
      "Examples:\n"
      "  weft listen\n"
      "  weft listen --json --count 1 --timeout 10\n"
      "  weft listen --json | while read -r line; do echo \"$line\" | jq -r .body; done");
  command->callback(
      [&shared, options] { shared.run = [&shared, options] { return listen(shared, *options); }; });
}

} // namespace weft::bin
