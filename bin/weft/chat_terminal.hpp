// The screen of a chat: lines that scroll, and the line being typed below them.
#pragma once

#include "bin/weft/line_editor.hpp"

#include <string>
#include <string_view>
#include <termios.h>
#include <vector>

namespace weft::bin {

/// On a terminal it keeps the prompt and what was typed so far in the last line, while messages
/// appear above. Without one, or on a dumb one, lines are read and printed plainly.
class chat_terminal {
public:
  explicit chat_terminal(std::string prompt);
  ~chat_terminal();
  chat_terminal(const chat_terminal&) = delete;
  chat_terminal& operator=(const chat_terminal&) = delete;

  bool is_interactive() const { return interactive_; }

  /// Prints a line above the prompt. The text must be printable.
  void show(std::string_view line);
  /// The same in a fainter colour, and only on a terminal.
  void note(std::string_view line);

  /// Takes input; returns the lines that it finished.
  std::vector<line_editor::input> feed(std::string_view bytes);

private:
  std::vector<line_editor::input> feed_plain(std::string_view bytes);
  void clear_prompt();
  void draw_prompt();
  std::size_t columns() const;

  std::string prompt_;
  line_editor editor_;
  std::string unfinished_;
  termios before_{};
  bool interactive_ = false;
};

} // namespace weft::bin
