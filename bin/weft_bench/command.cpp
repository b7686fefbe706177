#include "bin/weft_bench/command.hpp"

#include "bin/options/command_line.hpp"
#include "bin/options/server_option.hpp"
#include "bin/weft_bench/crowd_runs.hpp"
#include "bin/weft_bench/direct_run.hpp"
#include "bin/weft_bench/floor_run.hpp"
#include "bin/weft_bench/report.hpp"

#include <cstdio>
#include <memory>
#include <sys/resource.h>

namespace weft::bench {
namespace {

/// Every client takes a descriptor, in the relay as well.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

/// An option that holds seconds.
CLI::Option* add_seconds(CLI::App& app, const char* name, std::chrono::duration<double>& target,
                         const char* what) {
  return app
      .add_option_function<double>(
          name, [&target](double value) { target = std::chrono::duration<double>{value}; }, what)
      ->check(CLI::Range(0.0, 86'400.0))
      ->type_name("SECONDS");
}

void add_traffic_options(CLI::App& app, command& what) {
  auto& traffic = what.traffic;
  app.add_option("--clients", traffic.clients, "clients, in pairs that write to each other")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{2}, std::size_t{100'000}))
      ->check([](const std::string& text) {
        return (text.back() - '0') % 2 == 0 ? std::string{}
                                            : std::string{"clients come in pairs: an even number"};
      })
      ->capture_default_str();
  app.add_option("--window", traffic.window,
                 "closed loop: messages of one client sent and not acknowledged")
      ->type_name("W")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4'096}))
      ->capture_default_str();
  app.add_option("--rate", traffic.rate,
                 "messages a second over all clients, sent when they are due whatever the server "
                 "does (default: closed loop, as fast as the window lets them)")
      ->type_name("R")
      ->check(CLI::Range(0.001, 1e9));
  app.add_option("--body", traffic.body_bytes, "bytes of a message's body")
      ->type_name("BYTES")
      ->check(CLI::Range(stamp_bytes, std::size_t{65'536}))
      ->capture_default_str();
  add_seconds(app, "--seconds", traffic.seconds, "how long to measure (default 10)");
  add_seconds(app, "--warmup", traffic.warmup, "traffic before that (default 1)");
  app.add_option("--seed", traffic.seed, "of the order in which messages are due")
      ->type_name("N")
      ->capture_default_str();
  app.add_flag_function(
      "--no-receipts", [&traffic](std::int64_t) { traffic.reports = receipts::off; },
      "clients do not report what was delivered");
  app.add_flag("--json", what.json, "print one JSON object");
}

void add_server_processes(CLI::App& app, command& what) {
  app.add_option("--server-pid", what.server_processes,
                 "processes whose processor time and memory to report")
      ->type_name("PID[,PID...]")
      ->delimiter(',');
}

void add_crowd_options(CLI::App& app, command& what) {
  auto& crowd = what.crowd;
  bin::add_server_option(app, what.servers);
  bin::add_tls_options(app, what.tls);
  app.add_option("--clients", crowd.clients, "devices, each of an account of its own")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--at-once", crowd.at_once, "sign-ins under way at once")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
      ->capture_default_str();
  app.add_option("--tokens", crowd.tokens,
                 "file that keeps the accounts between runs: registering costs a password hash "
                 "each")
      ->type_name("FILE");
  add_seconds(app, "--seconds", crowd.seconds, "how long to measure (default 10)");
  add_seconds(app, "--settle", crowd.settle, "idle: to let heartbeats spread before (default 10)");
  add_server_processes(app, what);
  app.add_flag("--json", what.json, "print one JSON object");
}

int fail(const command& what, const error& why) {
  bin::report("weft-bench", why, what.json ? bin::output_form::json : bin::output_form::text);
  return bin::exit_failure;
}

/// Prints a run with a crowd; sessions that the server ended make it fail.
template <class Result>
int conclude(const command& what, const result<Result>& run) {
  if (!run)
    return fail(what, run.failure());
  if (what.json)
    std::puts(to_json_line(*run).c_str());
  else
    std::fputs(to_text(*run).c_str(), stdout);
  if (run->lost == 0)
    return bin::exit_success;
  return fail(what, {errc::corrupt, std::to_string(run->lost) + " sessions were lost"});
}

void print(const command& what, const run_result& run, const std::optional<run_result>& floor) {
  if (what.json)
    std::puts(to_json_line(run, floor).c_str());
  else
    std::fputs(to_text(run, floor).c_str(), stdout);
}

/// A run that is not sound is printed and then fails.
int judge(const command& what, const run_result& run) {
  if (run.is_sound())
    return bin::exit_success;
  const auto& found = run.found;
  return fail(what, {errc::corrupt, std::to_string(found.lost) + " messages lost, " +
                                        std::to_string(found.duplicated) + " duplicated, " +
                                        std::to_string(found.out_of_order) + " out of order, " +
                                        std::to_string(run.unanswered) + " never answered"});
}

int run_crowd(const command& what) {
  const auto servers = bin::find_servers(what.servers, what.tls);
  if (!servers)
    return fail(what, servers.failure());
  const crowd_place where{*servers, what.server_processes};
  if (what.work == "idle")
    return conclude(what, run_idle(what.crowd, where));
  return conclude(what, run_storm(what.crowd, where));
}

} // namespace

void add_works(CLI::App& app, command& what) {
  auto* direct = app.add_subcommand("direct", "Messages between two: every client writes to its "
                                              "partner and reads what comes from it.");
  bin::add_server_option(*direct, what.servers);
  bin::add_tls_options(*direct, what.tls);
  add_traffic_options(*direct, what);
  add_server_processes(*direct, what);
  direct->add_flag("--floor", what.with_floor,
                   "then send the same traffic through a bare relay and compare");
  direct->footer("Examples:\n"
                 "  weft-bench direct --clients 200 --window 8 --seconds 10\n"
                 "  weft-bench direct --rate 20000 --server-pid $(pidof weftd) --floor --json");
  direct->callback([&what] { what.work = "direct"; });

  auto* floor = app.add_subcommand("floor", "The same traffic through a bare relay: what the "
                                            "kernel alone costs.");
  add_traffic_options(*floor, what);
  floor->footer("Example:\n  weft-bench floor --clients 200 --window 8 --seconds 5");
  floor->callback([&what] { what.work = "floor"; });

  auto* idle = app.add_subcommand("idle", "Sessions that say nothing but heartbeats: what each "
                                          "costs.");
  add_crowd_options(*idle, what);
  idle->footer("A first run with --tokens registers; memory is told by runs after it, best on a\n"
               "server that has just started.\n"
               "Example:\n"
               "  weft-bench idle --clients 10000 --tokens tokens.txt --server-pid $(pidof weftd)");
  idle->callback([&what] { what.work = "idle"; });

  auto* storm = app.add_subcommand("storm", "Everybody breaks his connection and resumes, again "
                                            "and again.");
  add_crowd_options(*storm, what);
  storm->footer("Example:\n"
                "  weft-bench storm --clients 2000 --at-once 200 --tokens tokens.txt --seconds 10");
  storm->callback([&what] { what.work = "storm"; });
}

int run(const command& what) {
  allow_many_files();
  if (what.work == "idle" || what.work == "storm")
    return run_crowd(what);
  std::optional<result<floor_relay>> relay;
  // Before anything starts a thread.
  if (what.work == "floor" || what.with_floor)
    relay.emplace(floor_relay::start());
  if (relay && !*relay)
    return fail(what, relay->failure());
  if (what.work == "floor") {
    const auto floor = run_floor(what.traffic, **relay);
    if (!floor)
      return fail(what, floor.failure());
    print(what, *floor, std::nullopt);
    return judge(what, *floor);
  }
  const auto servers = bin::find_servers(what.servers, what.tls);
  if (!servers)
    return fail(what, servers.failure());
  const auto direct = run_direct(what.traffic, {*servers, what.server_processes});
  if (!direct)
    return fail(what, direct.failure());
  std::optional<run_result> floor;
  if (relay) {
    const auto lowest = run_floor(direct->settings, **relay);
    if (!lowest)
      return fail(what, lowest.failure());
    floor = *lowest;
  }
  print(what, *direct, floor);
  return judge(what, *direct);
}

} // namespace weft::bench
