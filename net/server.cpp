#include "net/server.hpp"

#include "net/io_thread.hpp"
#include "net/listener.hpp"
#include "net/status_report.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <sys/resource.h>
#include <vector>

namespace weft::net {

namespace {

/// Files that the store, the links between nodes and the libraries need.
constexpr std::size_t reserved_files = 1024;

/// Fewest connections that are worth serving.
constexpr std::size_t connections_min = 16;

std::size_t connections_for_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return connections_min;
  const auto all = static_cast<std::size_t>(files.rlim_cur);
  // With few files allowed at all, half of them.
  return std::max(connections_min, all > 2 * reserved_files ? all - reserved_files : all / 2);
}

Hello hello_of(const server_options& options, std::size_t frame_bytes_max) {
  const auto& limits = options.limits;
  Hello out;
  out.set_version(protocol_version);
  out.set_server(options.software);
  out.set_heartbeat_interval_ms(static_cast<std::uint32_t>(limits.heartbeat.count()));
  out.set_session_expiry_ms(static_cast<std::uint32_t>(limits.session_expiry.count()));
  out.set_sign_in_within_ms(static_cast<std::uint32_t>(limits.sign_in_within.count()));
  out.set_frame_bytes_max(static_cast<std::uint32_t>(frame_bytes_max));
  out.set_body_bytes_max(static_cast<std::uint32_t>(limits.body_bytes_max));
  out.set_requests_in_flight_max(static_cast<std::uint32_t>(limits.session_requests_max));
  out.set_history_page_max(static_cast<std::uint32_t>(limits.history_page_events_max));
  out.set_inbox_page_max(static_cast<std::uint32_t>(limits.inbox_page_rows_max));
  out.set_operation_window_ms(static_cast<std::uint64_t>(limits.operation_window.count()));
  out.set_inactivity_ms(static_cast<std::uint32_t>(limits.inactivity.count()));
  out.set_presence_users_max(static_cast<std::uint32_t>(limits.presence_users_max));
  return out;
}

} // namespace

struct server::impl {
  impl(const server_options& options, session_host& host, const status_source& status)
      : shared(
            std::make_shared<server_context>(options.limits, host, status, options.certificate)) {
    shared->advertised = options.advertised;
    shared->presence = options.presence;
    shared->connections_max =
        options.connections_max > 0 ? options.connections_max : connections_for_files();
    shared->hello = hello_of(options, shared->frame_bytes_max());
  }

  result<void> open(const server_options& options) {
    auto opened = listener::open(options.host, options.port, *shared);
    if (!opened)
      return opened.failure();
    door = std::move(*opened);
    shared->listening = door->address();
    const auto count = std::max<std::size_t>(options.io_threads, 1);
    // Half of all places, so that those who never sign in leave room for those who do.
    const auto strangers_max = std::max<std::size_t>(shared->connections_max / count / 2, 1);
    for (std::size_t i = 0; i < count; ++i) {
      auto made = io_thread::make(shared, strangers_max);
      if (!made)
        return made.failure();
      threads.push_back(std::move(*made));
    }
    door->on_accepted([this](int socket) { threads[next++ % threads.size()]->adopt(socket); });
    return threads.front()->serve(*door);
  }

  // In the order of their making: what is used by others comes first.
  std::shared_ptr<server_context> shared;
  std::unique_ptr<listener> door;
  std::vector<std::shared_ptr<io_thread>> threads;
  std::size_t next = 0;
  bool is_stopped = false;
};

result<std::unique_ptr<server>> server::start(const server_options& options, session_host& host,
                                              const status_source& status) {
  // Whatever strangers send must not end up on our error output.
  google::protobuf::SetLogHandler(nullptr);
  auto made = std::make_unique<impl>(options, host, status);
  if (auto opened = made->open(options); !opened)
    return opened.failure();
  for (const auto& each : made->threads)
    each->start();
  return std::unique_ptr<server>{new server{std::move(made)}};
}

server::server(std::unique_ptr<impl> what) : impl_(std::move(what)) {}

server::~server() {
  stop(std::chrono::milliseconds{0});
}

const std::string& server::address() const {
  return impl_->shared->listening;
}

std::uint16_t server::port() const {
  return impl_->door->port();
}

std::size_t server::connections_max() const {
  return impl_->shared->connections_max;
}

void server::use_certificate(std::shared_ptr<const server_certificate> next) {
  impl_->shared->tls.use(std::move(next));
}

server_counters server::counters() const {
  const auto& from = impl_->shared->counters;
  return {from.connections.load(std::memory_order_relaxed),
          from.live.load(std::memory_order_relaxed), from.detached.load(std::memory_order_relaxed),
          impl_->shared->requests.in_use(), from.failed_handshakes.load(std::memory_order_relaxed)};
}

Status server::status() const {
  return describe(*impl_->shared);
}

void server::stop(std::chrono::milliseconds within) {
  if (impl_->is_stopped)
    return;
  impl_->is_stopped = true;
  // Before anybody is told, so that no health check finds a node that turns clients away serving.
  impl_->shared->is_stopping = true;
  for (const auto& each : impl_->threads)
    each->begin_stop(static_cast<clock_ms>(within.count()));
  for (const auto& each : impl_->threads)
    each->join();
}

} // namespace weft::net
