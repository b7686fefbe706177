#include "bin/weft/chat_terminal.hpp"

#include "bin/options/utf8.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace weft::bin {
namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr const char* faint = "\x1b[2m";
constexpr const char* plain = "\x1b[0m";

bool is_capable_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO) && kind &&
         std::string_view{kind} != "dumb";
}

/// The longest end of `text` that fits into `columns`, beginning with a whole character.
std::string_view fitting_end(std::string_view text, std::size_t columns) {
  while (columns_of(text) > columns) {
    text.remove_prefix(1);
    while (!text.empty() && (static_cast<unsigned char>(text[0]) & 0xc0) == 0x80)
      text.remove_prefix(1);
  }
  return text;
}

/// The longest beginning that fits, ending with a whole character.
std::string_view fitting_begin(std::string_view text, std::size_t columns) {
  while (columns_of(text) > columns) {
    while ((static_cast<unsigned char>(text.back()) & 0xc0) == 0x80)
      text.remove_suffix(1);
    text.remove_suffix(1);
  }
  return text;
}

} // namespace

chat_terminal::chat_terminal(std::string prompt) : prompt_(std::move(prompt)) {
  if (!is_capable_terminal() || ::tcgetattr(STDIN_FILENO, &before_) != 0)
    return;
  auto keys = before_;
  // Keys one by one and without echo; Ctrl-C stays a signal.
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  interactive_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
  draw_prompt();
}

chat_terminal::~chat_terminal() {
  if (!interactive_)
    return;
  clear_prompt();
  std::fflush(stdout);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void chat_terminal::show(std::string_view line) {
  clear_prompt();
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  draw_prompt();
}

void chat_terminal::note(std::string_view line) {
  if (interactive_)
    show(std::string{faint} + std::string{line} + plain);
}

std::vector<line_editor::input> chat_terminal::feed(std::string_view bytes) {
  if (!interactive_)
    return feed_plain(bytes);
  // The terminal went away.
  if (bytes.empty())
    return {{line_editor::input::kind::end, {}}};
  auto out = editor_.feed(bytes);
  clear_prompt();
  draw_prompt();
  return out;
}

std::vector<line_editor::input> chat_terminal::feed_plain(std::string_view bytes) {
  using input = line_editor::input;
  std::vector<input> out;
  unfinished_ += bytes;
  std::size_t begin = 0;
  for (auto end = unfinished_.find('\n'); end != std::string::npos;
       end = unfinished_.find('\n', begin)) {
    out.push_back({input::kind::line, unfinished_.substr(begin, end - begin)});
    begin = end + 1;
  }
  unfinished_.erase(0, begin);
  const bool at_end = bytes.empty();
  if (!unfinished_.empty() && (at_end || unfinished_.size() > line_editor::line_bytes_max))
    out.push_back({input::kind::line, std::exchange(unfinished_, {})});
  if (at_end)
    out.push_back({input::kind::end, {}});
  return out;
}

void chat_terminal::clear_prompt() {
  if (interactive_)
    std::fputs(clear_line, stdout);
}

void chat_terminal::draw_prompt() {
  if (interactive_) {
    const auto room = columns() - std::min(columns(), columns_of(prompt_) + 1);
    const std::string_view text = editor_.text();
    const auto before = fitting_end(text.substr(0, editor_.cursor()), room);
    const auto after = fitting_begin(text.substr(editor_.cursor()), room - columns_of(before));
    std::fputs((prompt_ + printable(before) + printable(after)).c_str(), stdout);
    if (const auto back = columns_of(after); back > 0)
      std::fprintf(stdout, "\x1b[%zuD", back);
  }
  std::fflush(stdout);
}

std::size_t chat_terminal::columns() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}

} // namespace weft::bin
