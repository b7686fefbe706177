// weftd: one node. Parses, wires, waits, shuts down in order.
#include "actors/type_ids.hpp"
#include "bin/weftd/certificate.hpp"
#include "bin/weftd/options.hpp"
#include "bin/weftd/wiring.hpp"
#include "net/http.hpp"
#include "net/server.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <sodium.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>

namespace weft::bin {
namespace {

constexpr std::chrono::seconds stop_network_within{5};

/// Configures CAF for a server: no polling while idle, and no actor that holds a worker.
class system_config : public caf::actor_system_config {
public:
  explicit system_config(const options& from) {
    add_message_types<caf::id_block::weft_actors>();
    add_message_types<caf::id_block::weft_cluster>();
    const std::size_t processors = std::max(2u, std::thread::hardware_concurrency());
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", from.actor_threads != 0 ? from.actor_threads : processors);
    set("scheduler.max-throughput", std::size_t{50});
  }
};

/// The signals that a node obeys. Blocked before any thread starts, so that only `wait` sees them.
class node_signals {
public:
  node_signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  int wait() const {
    int which = 0;
    sigwait(&set_, &which);
    return which;
  }

private:
  sigset_t set_;
};

void set_up_log(const options& from) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("weftd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_level(spdlog::level::from_str(from.log_level));
}

/// A shell allows some 1,000 open files; a node wants one for each client. The hard limit is what
/// the machine's owner has set.
void raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max)
    return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int fail(const error& why) {
  std::cerr << "weftd: " << why.message << "\n";
  return 1;
}

cluster::node_options node_options_of(const options& from) {
  cluster::node_options out;
  out.store.directory = from.data;
  out.store.block_cache_bytes = from.block_cache_mib << 20;
  out.store.free_bytes_min = from.free_space_min_mib << 20;
  out.name = from.node;
  out.domain.limits = from.limits;
  return out;
}

net::server_options server_options_of(const options& from, const cluster::node& node,
                                      std::shared_ptr<const net::server_certificate> certificate) {
  const auto at = parse_endpoint(from.listen);
  net::server_options out;
  out.host = at->host;
  out.port = at->port;
  out.io_threads = from.io_threads;
  out.limits = from.limits;
  out.advertised = from.advertise;
  out.certificate = std::move(certificate);
  out.presence = &node.presence();
  return out;
}

/// Until one comes that ends the node.
int obey(const node_signals& signals, const options& from, net::server& server) {
  for (;;) {
    const int signal = signals.wait();
    if (signal != SIGHUP)
      return signal;
    reload_certificate(from, server);
  }
}

int serve(const options& from, const node_signals& signals) {
  // First, since a store takes longer to open than a file.
  const auto certificate = load_certificate(from);
  if (!certificate)
    return fail(certificate.failure());
  system_config config(from);
  caf::actor_system system(config);
  auto node = cluster::node::open(system, node_options_of(from));
  if (!node)
    return fail(node.failure());
  node_sessions sessions(system, **node);
  node_status_source status(**node);
  auto server = net::server::start(server_options_of(from, **node, *certificate), sessions, status);
  if (!server)
    return fail(server.failure());
  log_protection(**server, certificate->get());
  const auto http_at = parse_endpoint(from.http);
  net::http_options http_options;
  http_options.host = http_at->host;
  http_options.port = http_at->port;
  auto http = net::http_server::start(http_options, [&] { return (*server)->status(); });
  if (!http)
    return fail(http.failure());

  std::cout << "ready clients=" << (*server)->address() << " http=" << (*http)->address()
            << std::endl;
  const int signal = obey(signals, from, **server);
  spdlog::info("stopping on signal {}", signal);
  (*server)->stop(stop_network_within);
  (*node)->stop();
  // Until here it has said "stopping" to those who watch the node.
  http->reset();
  return 0;
}

} // namespace
} // namespace weft::bin

int main(int argc, char** argv) {
  const auto parsed = weft::bin::parse_options(argc, argv);
  if (parsed.leave)
    return parsed.exit_code;
  const weft::bin::node_signals signals;
  weft::bin::set_up_log(parsed.options);
  weft::bin::raise_open_files();
  if (sodium_init() < 0)
    return weft::bin::fail({weft::errc::io, "cannot initialise libsodium"});
  return weft::bin::serve(parsed.options, signals);
}
