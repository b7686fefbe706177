#include "storage/format_file.hpp"

#include "storage/hash.hpp"
#include "storage/hex.hpp"
#include "storage/rocks.hpp"
#include "storage/whole_file.hpp"

#include <charconv>
#include <map>

namespace weft::storage {
namespace {

constexpr std::string_view first_line = "weft store\n";
constexpr std::string_view checksum_word = "checksum ";

std::string path_in(const std::string& directory) {
  return directory + "/FORMAT";
}

std::string checksum_line(std::string_view text) {
  std::array<char, 8> bytes;
  put_be(bytes.data(), hash64(text));
  std::string out{checksum_word};
  append_hex(out, {bytes.data(), bytes.size()});
  return out + "\n";
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size();
}

/// The lines "word value" of the file, without the first and the last.
std::map<std::string_view, std::string_view> words_of(std::string_view text) {
  std::map<std::string_view, std::string_view> out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto space = line.find(' ');
    if (space != line.npos)
      out[line.substr(0, space)] = line.substr(space + 1);
  }
  return out;
}

} // namespace

std::string to_text(const store_format& format) {
  std::string out{first_line};
  out += "version " + std::to_string(format.version) + "\n";
  out += std::string("founding ") + (format.state == founding::done ? "done" : "begun") + "\n";
  out += "store_id " + to_uuid_text(format.store_id.bytes) + "\n";
  out += "history_id " + std::to_string(format.history_id) + "\n";
  out += "shards " + std::to_string(format.shard_count) + "\n";
  return out + checksum_line(out);
}

result<store_format> parse_format(std::string_view text) {
  const auto damaged = [](std::string_view what) {
    return corrupt("the store's FORMAT file", what);
  };
  if (!text.starts_with(first_line))
    return damaged("it does not begin with \"weft store\"");
  // The first line and the checksum are the same in every version to come.
  const auto last = text.rfind(checksum_word);
  if (last == text.npos || text.substr(last) != checksum_line(text.substr(0, last)))
    return damaged("its checksum is wrong");
  auto words = words_of(text.substr(first_line.size(), last - first_line.size()));
  store_format out;
  if (!read_number(words["version"], out.version))
    return damaged("it has no version");
  if (out.version > store_version)
    return error{errc::newer_version,
                 "the store has format version " + std::to_string(out.version) +
                     " and this program knows versions up to " + std::to_string(store_version) +
                     ": run the newer program"};
  const auto id = parse_uuid_text(words["store_id"]);
  if (!id || !read_number(words["history_id"], out.history_id) ||
      !read_number(words["shards"], out.shard_count) || out.shard_count == 0 ||
      out.shard_count > 65536)
    return damaged("a line is missing or wrong");
  out.store_id.bytes = *id;
  out.state = words["founding"] == "done" ? founding::done : founding::begun;
  return out;
}

result<std::optional<store_format>> read_format(rocksdb::FileSystem& files,
                                                const std::string& directory) {
  const auto path = path_in(directory);
  if (files.FileExists(path, {}, nullptr).IsNotFound())
    return std::optional<store_format>{};
  const auto text = read_file(files, path);
  if (!text)
    return text.failure();
  auto format = parse_format(*text);
  if (!format) {
    auto why = format.failure();
    why.message = "cannot open the store in " + directory + ": " + why.message;
    return why;
  }
  return std::optional<store_format>{*format};
}

result<void> write_format(rocksdb::FileSystem& files, const std::string& directory,
                          const store_format& format) {
  return replace_file(files, path_in(directory), to_text(format));
}

} // namespace weft::storage
