#include "tests/support/process.hpp"

#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Long enough for a killed process to be gone on a busy machine.
constexpr milliseconds reap_within{30'000};

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Pointers as exec wants them; `strings` must outlive them.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& each : strings)
    out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> out;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view known{*each};
    const auto is_replaced = [&](const std::string& added) {
      return known.substr(0, known.find('=') + 1) == added.substr(0, added.find('=') + 1);
    };
    bool replaced = false;
    for (const auto& added : more)
      replaced |= is_replaced(added);
    if (!replaced)
      out.emplace_back(known);
  }
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

/// Waits until the descriptor can be read.
bool await_readable(int descriptor, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    pollfd waited{descriptor, POLLIN, 0};
    const int ready = ::poll(&waited, 1, left > 0 ? static_cast<int>(left) : 0);
    if (ready > 0)
      return true;
    if (ready == 0 && left <= 0)
      return false;
    if (ready < 0 && errno != EINTR)
      fail("poll");
  }
}

} // namespace

process::process(const settings& what) : errors_(what.errors) {
  start(what);
}

process::process(process&& other) noexcept
    : errors_(std::move(other.errors_)), pid_(std::exchange(other.pid_, -1)),
      process_fd_(std::exchange(other.process_fd_, -1)),
      output_fd_(std::exchange(other.output_fd_, -1)), output_(std::move(other.output_)),
      ended_(other.ended_) {}

process::~process() {
  if (pid_ > 0 && !ended_) {
    ::kill(pid_, SIGKILL);
    int ignored = 0;
    ::waitpid(pid_, &ignored, 0);
  }
  for (const int each : {process_fd_, output_fd_})
    if (each >= 0)
      ::close(each);
}

void process::start(const settings& what) {
  auto command = what.command;
  auto environment = environment_with(what.environment);
  const auto arguments = pointers_to(command);
  const auto variables = pointers_to(environment);

  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0)
    fail("pipe");
  const int errors = ::open(errors_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (errors < 0)
    fail("cannot open " + errors_.string());
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0)
    fail("fork");
  if (pid_ == 0) {
    // Dies with the test, even if that is killed. Only async-signal-safe calls from here on.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
      ::_exit(127);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  ::close(output[1]);
  ::close(errors);
  output_fd_ = output[0];
  // By number: the header of glibc 2.36 is none for C++.
  process_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (process_fd_ < 0)
    fail("pidfd_open");
}

std::optional<std::string> process::read_line(milliseconds within) {
  const auto deadline = steady_clock::now() + within;
  for (;;) {
    if (const auto end = output_.find('\n'); end != std::string::npos) {
      auto line = output_.substr(0, end);
      output_.erase(0, end + 1);
      return line;
    }
    if (!await_readable(output_fd_, deadline))
      return std::nullopt;
    char bytes[4096];
    const auto size = ::read(output_fd_, bytes, sizeof bytes);
    if (size <= 0)
      return std::nullopt;
    output_.append(bytes, static_cast<std::size_t>(size));
  }
}

void process::send_signal(int number) const {
  if (!ended_ && ::kill(pid_, number) != 0)
    fail("kill");
}

std::optional<exit_state> process::wait(milliseconds within) {
  if (ended_)
    return ended_;
  if (!await_readable(process_fd_, steady_clock::now() + within))
    return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_)
    fail("waitpid");
  ended_ =
      WIFSIGNALED(status) ? exit_state{0, WTERMSIG(status)} : exit_state{WEXITSTATUS(status), 0};
  return ended_;
}

void process::kill() {
  send_signal(SIGKILL);
  if (!wait(reap_within))
    throw std::runtime_error("a killed process is still there");
}

std::string process::errors() const {
  return read_whole_file(errors_);
}

std::size_t process::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:"))
      return std::stoul(line.substr(6)) * 1024;
  return 0;
}

std::string read_whole_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

} // namespace weft::testing
