// A real node for a test: weftd on a directory and an address of its own.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::testing {

/// Starts weftd, kills it, starts it again: always with the same data and, from the second start
/// on, at the same port, so that clients find it again. Each node has a loopback address of its
/// own (127.x.y.z): ports never collide with those of other tests. Not thread-safe.
class weftd_process {
public:
  struct settings {
    /// Where the store is; empty: a temporary directory.
    std::filesystem::path data;
    /// Added to those that every test uses; the later of two flags must not repeat the earlier.
    std::vector<std::string> flags;
    /// The address that it listens on; empty: one of its own.
    std::string host = {};
  };

  /// Starts it and waits until it serves; throws with what weftd said when it does not.
  weftd_process() : weftd_process(settings{}) {}
  explicit weftd_process(settings config);
  ~weftd_process();
  weftd_process(const weftd_process&) = delete;
  weftd_process& operator=(const weftd_process&) = delete;

  /// After `kill` or `stop`. `start` is `launch`, then `await_ready`.
  void start();
  void launch();
  void await_ready();

  /// kill -9. May come before `await_ready`.
  void kill();
  /// SIGTERM, and waits for the end.
  exit_state stop();
  /// SIGTERM alone.
  void ask_to_stop();
  /// SIGHUP: the certificate is to be read again.
  void ask_to_reload();
  /// After `ask_to_stop`: nothing when it goes on for too long.
  std::optional<exit_state> wait();

  bool is_running() const { return process_.has_value(); }
  const std::string& host() const { return host_; }
  std::uint16_t port() const { return port_; }
  /// HOST:PORT of clients, and of HTTP.
  std::string clients() const { return host_ + ":" + std::to_string(port_); }
  const std::string& http() const { return http_; }
  const std::filesystem::path& data() const { return config_.data; }

  std::string errors() const;
  std::size_t resident_bytes() const { return process_ ? process_->resident_bytes() : 0; }

private:
  temporary_directory directory_;
  settings config_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string http_;
  std::optional<process> process_;
};

/// A random one, so that ports never collide with those of other tests.
std::string make_loopback_address();

/// Runs weftd with exactly these flags until it ends by itself; throws when it does not.
struct finished_weftd {
  exit_state end;
  std::string output;
  std::string errors;
};
finished_weftd run_weftd(const std::vector<std::string>& flags);

/// True when weftd is built with sanitizers: what it takes in memory says little then.
bool is_sanitized();

} // namespace weft::testing
