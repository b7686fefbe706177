// A program that a test starts: its output, its memory, its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace weft::testing {

/// How a program ended: by itself with `status`, or by `signal` when that is not 0.
struct exit_state {
  int status = 0;
  int signal = 0;

  bool operator==(const exit_state&) const = default;
};

/// One running program. It dies with this object, and with the test however the test ends.
/// Everything that cannot be done throws, since a test cannot go on without it.
class process {
public:
  struct settings {
    /// Path of the program, then its arguments.
    std::vector<std::string> command;
    /// NAME=VALUE, on top of the environment of the test.
    std::vector<std::string> environment;
    /// Where its stderr goes; what is there already is kept.
    std::filesystem::path errors;
  };

  explicit process(const settings& what);
  ~process();
  process(process&& other) noexcept;
  process& operator=(process&&) = delete;

  pid_t pid() const { return pid_; }

  /// The next whole line of its stdout; nothing when none comes in time or stdout ends before.
  std::optional<std::string> read_line(std::chrono::milliseconds within);

  void send_signal(int number) const;
  /// Waits for the end; nothing when it goes on.
  std::optional<exit_state> wait(std::chrono::milliseconds within);
  /// kill -9, and waits until it is gone.
  void kill();

  /// What it has written to stderr.
  std::string errors() const;
  /// Physical memory in use; 0 when it is gone.
  std::size_t resident_bytes() const;

private:
  void start(const settings& what);

  std::filesystem::path errors_;
  pid_t pid_ = -1;
  int process_fd_ = -1;
  int output_fd_ = -1;
  std::string output_;
  std::optional<exit_state> ended_;
};

/// The content of a file, empty when there is none.
std::string read_whole_file(const std::filesystem::path& file);

} // namespace weft::testing
