// Editing one line on a terminal: the keys, not the screen.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::bin {

/// Takes the bytes that a terminal sends and keeps the line being typed. Pure.
class line_editor {
public:
  struct input {
    enum class kind { line, end };
    kind what = kind::line;
    std::string text;
  };

  /// Longest line that can be typed, in bytes; more is not taken.
  static constexpr std::size_t line_bytes_max = 64u << 10;

  /// The lines that these bytes finished, and the end of input (Ctrl-D on an empty line).
  std::vector<input> feed(std::string_view bytes);

  const std::string& text() const { return text_; }
  /// Where the next character goes, in bytes.
  std::size_t cursor() const { return cursor_; }

private:
  void take(char byte, std::vector<input>& out);
  void take_control(char byte, std::vector<input>& out);
  void take_sequence(char byte);
  void insert(char byte);
  void erase_before();
  void erase_word();
  void erase_at();
  std::size_t character_before(std::size_t at) const;
  std::size_t character_after(std::size_t at) const;

  std::string text_;
  std::size_t cursor_ = 0;
  /// The escape sequence that has begun; empty when none has.
  std::string sequence_;
};

} // namespace weft::bin
