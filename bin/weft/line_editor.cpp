#include "bin/weft/line_editor.hpp"

namespace weft::bin {
namespace {

constexpr char control(char letter) {
  return static_cast<char>(letter & 0x1f);
}
constexpr char escape = '\x1b';

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Longer than any key's sequence.
constexpr std::size_t sequence_bytes_max = 16;

} // namespace

std::vector<line_editor::input> line_editor::feed(std::string_view bytes) {
  std::vector<input> out;
  for (const char byte : bytes)
    take(byte, out);
  return out;
}

void line_editor::take(char byte, std::vector<input>& out) {
  if (!sequence_.empty())
    return take_sequence(byte);
  if (byte == escape)
    sequence_ = byte;
  else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
    take_control(byte, out);
  else
    insert(byte);
}

void line_editor::take_control(char byte, std::vector<input>& out) {
  switch (byte) {
  case '\r':
  case '\n':
    out.push_back({input::kind::line, std::exchange(text_, {})});
    cursor_ = 0;
    return;
  case 0x7f:
  case control('h'):
    return erase_before();
  case control('d'):
    if (text_.empty())
      out.push_back({input::kind::end, {}});
    else
      erase_at();
    return;
  case control('u'):
    text_.erase(0, cursor_);
    cursor_ = 0;
    return;
  case control('k'):
    text_.erase(cursor_);
    return;
  case control('w'):
    return erase_word();
  case control('a'):
    cursor_ = 0;
    return;
  case control('e'):
    cursor_ = text_.size();
    return;
  case '\t':
    return insert(' ');
  default:
    return;
  }
}

/// ESC [ parameters letter, or ESC O letter, or ESC and one more byte.
void line_editor::take_sequence(char byte) {
  sequence_ += byte;
  if (sequence_.size() == 2 && (byte == '[' || byte == 'O'))
    return;
  const bool parameter = byte >= 0x20 && byte < 0x40;
  if (sequence_.size() > 2 && parameter && sequence_.size() < sequence_bytes_max)
    return;
  const auto keys = std::exchange(sequence_, {}).substr(1);
  if (keys == "[D" || keys == "OD")
    cursor_ = character_before(cursor_);
  else if (keys == "[C" || keys == "OC")
    cursor_ = character_after(cursor_);
  else if (keys == "[H" || keys == "OH" || keys == "[1~")
    cursor_ = 0;
  else if (keys == "[F" || keys == "OF" || keys == "[4~")
    cursor_ = text_.size();
  else if (keys == "[3~")
    erase_at();
}

void line_editor::insert(char byte) {
  if (text_.size() >= line_bytes_max)
    return;
  text_.insert(cursor_, 1, byte);
  ++cursor_;
}

void line_editor::erase_before() {
  const auto from = character_before(cursor_);
  text_.erase(from, cursor_ - from);
  cursor_ = from;
}

void line_editor::erase_word() {
  const auto word_end = text_.find_last_not_of(' ', cursor_ == 0 ? 0 : cursor_ - 1);
  const auto blank = word_end == std::string::npos ? word_end : text_.find_last_of(' ', word_end);
  const auto from = blank == std::string::npos ? 0 : blank + 1;
  if (from >= cursor_)
    return;
  text_.erase(from, cursor_ - from);
  cursor_ = from;
}

void line_editor::erase_at() {
  text_.erase(cursor_, character_after(cursor_) - cursor_);
}

std::size_t line_editor::character_before(std::size_t at) const {
  while (at > 0 && continues_character(text_[--at])) {
  }
  return at;
}

std::size_t line_editor::character_after(std::size_t at) const {
  if (at < text_.size())
    ++at;
  while (at < text_.size() && continues_character(text_[at]))
    ++at;
  return at;
}

} // namespace weft::bin
