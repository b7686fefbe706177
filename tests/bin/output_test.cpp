#include "bin/options/base64.hpp"
#include "bin/options/table.hpp"
#include "bin/options/utf8.hpp"
#include "bin/weft/message_output.hpp"

#include <doctest/doctest.h>

using namespace weft;
using namespace weft::bin;

namespace {

net::client::message message_with(std::string body, std::string type = {}) {
  net::client::message out;
  out.thread = thread_id::direct(user_id{1}, user_id{2});
  out.seq = sequence{3};
  out.ordinal = weft::ordinal{2};
  out.time = time_ms{1'700'000'000'000};
  out.from = user_id{~0ULL};
  out.body = std::move(body);
  out.content_type = std::move(type);
  return out;
}

} // namespace

TEST_CASE("UTF-8 is told from what only looks like it") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain, ünïcödé, 日本, 🙂"));
  CHECK_FALSE(is_utf8("\xff"));
  CHECK_FALSE(is_utf8("\xc3"));
  CHECK_FALSE(is_utf8("\x80"));
  // Overlong, a surrogate, beyond the end.
  CHECK_FALSE(is_utf8("\xc0\xaf"));
  CHECK_FALSE(is_utf8("\xe0\x80\xaf"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
}

TEST_CASE("what could garble a terminal is escaped, everything else is not") {
  CHECK(printable("ünïcödé 日本 🙂") == "ünïcödé 日本 🙂");
  CHECK(printable("\x1b[2J\a\x7f") == "\\x1b[2J\\x07\\x7f");
  CHECK(printable("a\nb\tc\r") == "a\\nb\\tc\\r");
  // C1 controls, a line separator, an override of the direction of writing.
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("\xe2\x80\xa8") == "\\u2028");
  CHECK(printable("\xe2\x80\xae") == "\\u202e");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable(std::string("\0", 1)) == "\\x00");
}

TEST_CASE("a body of several lines cannot look like another message") {
  const auto line = to_line(message_with("one\n2024-01-01 00:00:00  bob: forged"), "ann");
  const auto second = line.substr(line.find('\n') + 1);
  CHECK(second.starts_with("                     "));
  CHECK(line.find("ann: one\n") != std::string::npos);
}

TEST_CASE("columns count characters, wide ones twice") {
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("é") == 1);
  CHECK(columns_of("e\xcc\x81") == 1);
  CHECK(columns_of("日本") == 4);
}

TEST_CASE("base64 is that of RFC 4648") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("a text message in JSON has its ids as strings and no content type") {
  const auto out = to_json(message_with("héllo"), "ann");
  CHECK(out["thread"] == "d00000000000000010000000000000002");
  CHECK(out["seq"] == 3);
  CHECK(out["ordinal"] == 2);
  CHECK(out["from"] == "ann");
  CHECK(out["from_id"] == "18446744073709551615");
  CHECK(out["body"] == "héllo");
  CHECK(out["time_ms"] == 1'700'000'000'000);
  CHECK_FALSE(out.contains("content_type"));
}

TEST_CASE("bodies that are not text come in base64 with their type") {
  auto out = to_json(message_with("foo", "image/png"), "ann");
  CHECK(out["body"] == "Zm9v");
  CHECK(out["content_type"] == "image/png");
  // Said to be text, and is not.
  out = to_json(message_with("\xff\xfe\xfd"), "ann");
  CHECK(out["body"] == "//79");
  CHECK(out["content_type"] == "text/plain; charset=utf-8");
  CHECK(to_json(message_with("<b>", "text/html"), "ann")["body"] == "<b>");
}

TEST_CASE("a preview is one line of the width given") {
  CHECK(preview(message_with("short"), 40) == "short");
  CHECK(preview(message_with("one\ntwo"), 40) == "one\\ntwo");
  const auto cut = preview(message_with(std::string(100, 'x')), 10);
  CHECK(cut == "xxxxxxxxx…");
  const auto wide = preview(message_with("日本日本日本日本"), 7);
  CHECK(is_utf8(wide));
  CHECK(columns_of(wide) <= 7);
}

TEST_CASE("a table is as wide as its cells and escapes them") {
  table out({{"NAME"}, {"N", table::align::right}});
  out.add({"ann", "5"});
  out.add({"b\x1b", "12"});
  CHECK(out.text() == "NAME    N\n"
                      "ann     5\n"
                      "b\\x1b  12\n");
}
