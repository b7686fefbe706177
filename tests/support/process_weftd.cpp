#include "tests/support/process_weftd.hpp"

#include <cstdio>
#include <exception>
#include <random>
#include <signal.h>
#include <stdexcept>
#include <utility>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;

/// Far more than it takes, also with sanitizers on a busy machine.
constexpr milliseconds ready_within{60'000};
constexpr milliseconds end_within{60'000};

/// What follows `name=` in a line of such words.
std::string value_of(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  if (at == std::string::npos)
    return {};
  const auto begin = at + name.size() + 2;
  return line.substr(begin, line.find(' ', begin) - begin);
}

std::vector<std::string> environment() {
  // Freed memory that the sanitizer keeps back would be mistaken for a leak of the node.
  const char* given = std::getenv("ASAN_OPTIONS");
  const std::string others = given == nullptr ? "" : std::string{given} + ":";
  return {"ASAN_OPTIONS=" + others + "quarantine_size_mb=4:malloc_context_size=5"};
}

} // namespace

std::string make_loopback_address() {
  std::random_device random;
  std::uniform_int_distribution<int> part(1, 254);
  return "127." + std::to_string(part(random)) + "." + std::to_string(part(random)) + "." +
         std::to_string(part(random));
}

weftd_process::weftd_process(settings config)
    : config_(std::move(config)),
      host_(config_.host.empty() ? make_loopback_address() : config_.host) {
  if (config_.data.empty())
    config_.data = directory_.path() / "data";
  start();
}

weftd_process::~weftd_process() {
  // A failed check ends its test by an exception: then what the node said is of interest.
  if (std::uncaught_exceptions() > 0)
    std::fprintf(stderr, "--- stderr of weftd ---\n%s---\n", errors().c_str());
}

void weftd_process::start() {
  launch();
  await_ready();
}

void weftd_process::launch() {
  std::vector<std::string> command{
      WEFT_WEFTD_PATH, "--data",     config_.data.string(),   "--listen", clients(),
      "--http",        host_ + ":0", "--password-memory-kib", "64",       "--log-level",
      "info"};
  command.insert(command.end(), config_.flags.begin(), config_.flags.end());
  process_.reset();
  process_.emplace(process::settings{command, environment(), directory_.path() / "errors"});
}

void weftd_process::await_ready() {
  const auto line = process_->read_line(ready_within);
  const auto address = line && line->starts_with("ready ") ? value_of(*line, "clients") : "";
  const auto colon = address.rfind(':');
  if (colon == std::string::npos)
    throw std::runtime_error("weftd is not ready; it wrote '" + line.value_or("") + "' and " +
                             errors());
  port_ = static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
  http_ = value_of(*line, "http");
}

void weftd_process::kill() {
  process_->kill();
  process_.reset();
}

exit_state weftd_process::stop() {
  ask_to_stop();
  const auto end = wait();
  if (!end)
    throw std::runtime_error("weftd does not end: " + errors());
  return *end;
}

void weftd_process::ask_to_stop() {
  process_->send_signal(SIGTERM);
}

void weftd_process::ask_to_reload() {
  process_->send_signal(SIGHUP);
}

std::optional<exit_state> weftd_process::wait() {
  const auto end = process_->wait(end_within);
  if (end)
    process_.reset();
  return end;
}

std::string weftd_process::errors() const {
  return read_whole_file(directory_.path() / "errors");
}

finished_weftd run_weftd(const std::vector<std::string>& flags) {
  const temporary_directory directory;
  std::vector<std::string> command{WEFT_WEFTD_PATH};
  command.insert(command.end(), flags.begin(), flags.end());
  process run({command, environment(), directory.path() / "errors"});
  const auto end = run.wait(end_within);
  if (!end)
    throw std::runtime_error("weftd does not end by itself: " + run.errors());
  finished_weftd out{*end, {}, run.errors()};
  while (auto line = run.read_line(end_within))
    out.output += *line + "\n";
  return out;
}

bool is_sanitized() {
#ifdef __SANITIZE_ADDRESS__
  return true;
#else
  return false;
#endif
}

} // namespace weft::testing
