#include "bin/weft/line_editor.hpp"

#include <doctest/doctest.h>

using weft::bin::line_editor;

namespace {

/// The line after these keys.
std::string typed(std::string_view keys) {
  line_editor editor;
  editor.feed(keys);
  return editor.text();
}

} // namespace

TEST_CASE("a line is finished by Enter, and the next begins empty") {
  line_editor editor;
  const auto lines = editor.feed("one\rtwo\nthr");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "one");
  CHECK(lines[1].text == "two");
  CHECK(editor.text() == "thr");
}

TEST_CASE("Ctrl-D ends the input on an empty line only") {
  line_editor editor;
  CHECK(editor.feed("a\x04").empty());
  const auto ended = editor.feed("\x7f\x04");
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].what == line_editor::input::kind::end);
}

TEST_CASE("backspace takes a whole character") {
  CHECK(typed("ab\x7f") == "a");
  CHECK(typed("aé\x7f") == "a");
  CHECK(typed("a🙂\x7f") == "a");
  CHECK(typed("\x7f") == "");
}

TEST_CASE("arrows move by characters and text is inserted where the cursor is") {
  CHECK(typed("aéb\x1b[D\x1b[DX") == "aXéb");
  CHECK(typed("ab\x1b[D\x1b[D\x1b[D\x1b[CX") == "aXb");
  CHECK(typed("ab\x01X\x05Y") == "XabY");
  CHECK(typed("ab\x1b[HX\x1b[FY") == "XabY");
}

TEST_CASE("words and lines are erased") {
  CHECK(typed("one two\x17") == "one ");
  CHECK(typed("one two  \x17") == "one ");
  CHECK(typed("one\x17\x17") == "");
  CHECK(typed("one two\x15") == "");
  CHECK(typed("one two\x01\x0b") == "");
  CHECK(typed("ab\x01\x1b[3~") == "b");
}

TEST_CASE("unknown keys and controls leave no trace") {
  CHECK(typed("a\x1b[15;2~b\x1bxc\x02") == "abc");
  CHECK(typed("a\x1bOAb") == "ab");
}

TEST_CASE("a character whose bytes come in two pieces is whole") {
  line_editor editor;
  editor.feed("\xc3");
  editor.feed("\xa9");
  CHECK(editor.text() == "é");
  CHECK(editor.cursor() == 2);
}

TEST_CASE("a line is bounded") {
  line_editor editor;
  editor.feed(std::string(line_editor::line_bytes_max + 100, 'x'));
  CHECK(editor.text().size() == line_editor::line_bytes_max);
}
