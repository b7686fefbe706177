#include "bin/weft/password.hpp"

#include "net/client/private_file.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace weft::bin {
namespace {

/// The terminal without echo, until the end of the scope.
class silent_terminal {
public:
  silent_terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (file_ < 0 || ::tcgetattr(file_, &before_) != 0)
      return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ready_ = ::tcsetattr(file_, TCSAFLUSH, &silent) == 0;
  }
  silent_terminal(const silent_terminal&) = delete;
  ~silent_terminal() {
    if (ready_)
      ::tcsetattr(file_, TCSAFLUSH, &before_);
    if (file_ >= 0)
      ::close(file_);
  }
  bool is_ready() const { return ready_; }

  /// Shows the prompt and reads a line.
  std::string ask(std::string_view prompt) {
    write(prompt);
    std::string line;
    char byte = 0;
    while (::read(file_, &byte, 1) == 1 && byte != '\n')
      line += byte;
    write("\n");
    return line;
  }

private:
  void write(std::string_view text) {
    [[maybe_unused]] const auto ignored = ::write(file_, text.data(), text.size());
  }

  int file_;
  termios before_{};
  bool ready_ = false;
};

} // namespace

std::variant<std::string, error, usage_error> get_password(const context& shared,
                                                           password_prompt how) {
  if (!shared.password_file.empty()) {
    const auto content = net::client::read_file(shared.password_file);
    if (!content)
      return content.failure();
    if (!*content)
      return error{errc::io, "there is no file " + shared.password_file};
    auto line = (*content)->substr(0, (*content)->find('\n'));
    if (line.ends_with('\r'))
      line.pop_back();
    return line;
  }
  if (const char* given = std::getenv("WEFT_PASSWORD"); given && *given)
    return std::string{given};
  silent_terminal terminal;
  if (!terminal.is_ready())
    return usage_error{"no password: give --password-file or WEFT_PASSWORD (there is no terminal "
                       "to ask on)"};
  auto password = terminal.ask("Password: ");
  if (how == password_prompt::twice && terminal.ask("Once more: ") != password)
    return error{errc::bad_request, "the two passwords differ"};
  return password;
}

} // namespace weft::bin
