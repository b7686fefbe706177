#include "storage/wal_tail.hpp"

#include "storage/crc32c.hpp"
#include "storage/rocks.hpp"
#include "storage/whole_file.hpp"

#include <algorithm>
#include <charconv>

namespace weft::storage {
namespace {

// RocksDB's format (db/log_format.h): blocks of 32 KiB hold physical records, each of a checksum,
// a length and a type before its bytes; what does not fit in a block goes on in the next.
constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7;
enum class part : char { whole = 1, first = 2, middle = 3, last = 4 };

struct physical_record {
  part type;
  std::size_t end;
};

std::uint32_t little_endian(const char* at, std::size_t bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = bytes; i-- > 0;)
    out = out << 8 | static_cast<unsigned char>(at[i]);
  return out;
}

/// Checksums are stored rotated and offset, so that checksums of checksums stay sound.
std::uint32_t masked(std::uint32_t crc) {
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/// The intact record that begins at `at`, if one does.
std::optional<physical_record> record_at(std::string_view log, std::size_t at) {
  const auto block_end = std::min((at / block_bytes + 1) * block_bytes, log.size());
  if (at + header_bytes > block_end)
    return std::nullopt;
  const char* header = log.data() + at;
  const auto length = little_endian(header + 4, 2);
  const char type = header[6];
  if (type < static_cast<char>(part::whole) || type > static_cast<char>(part::last) ||
      at + header_bytes + length > block_end)
    return std::nullopt;
  // The checksum covers the type and the bytes.
  if (masked(crc32c(log.substr(at + 6, 1 + length))) != little_endian(header, 4))
    return std::nullopt;
  return physical_record{static_cast<part>(type), at + header_bytes + length};
}

bool begins_something(const physical_record& record) {
  return record.type == part::whole || record.type == part::first;
}

/// Where the whole records end that the log begins with, and where the first damage is; both are
/// the length of the log when it is intact.
struct walked {
  std::size_t whole_until = 0;
  std::size_t damaged_at = 0;
};

walked walk(std::string_view log) {
  walked out;
  bool inside = false;
  std::size_t at = 0;
  while (at < log.size()) {
    // The last bytes of a block that cannot hold a header are left empty.
    if (block_bytes - at % block_bytes < header_bytes) {
      at = std::min((at / block_bytes + 1) * block_bytes, log.size());
      continue;
    }
    const auto record = record_at(log, at);
    if (!record || begins_something(*record) == inside)
      break;
    at = record->end;
    inside = record->type == part::first || record->type == part::middle;
    if (!inside)
      out.whole_until = at;
  }
  out.damaged_at = at;
  if (!inside && at == log.size())
    out.whole_until = at;
  return out;
}

/// Whether a record begins anywhere from `from` on. Damage hides where records begin: every byte is
/// tried.
bool holds_a_beginning(std::string_view log, std::size_t from) {
  for (auto at = from; at < log.size(); ++at) {
    const auto record = record_at(log, at);
    if (record && begins_something(*record))
      return true;
  }
  return false;
}

/// Paths of the write-ahead logs, oldest first.
result<std::vector<std::string>> logs_in(rocksdb::FileSystem& files, const std::string& database) {
  std::vector<std::string> names;
  const auto status = files.GetChildren(database, {}, &names, nullptr);
  if (!status.ok())
    return to_error(status, "list " + database);
  std::vector<std::pair<std::uint64_t, std::string>> numbered;
  for (const auto& name : names) {
    std::uint64_t number = 0;
    const auto* end = name.data() + name.size();
    if (const auto parsed = std::from_chars(name.data(), end, number);
        parsed.ec == std::errc{} && std::string_view(parsed.ptr, end) == ".log")
      numbered.emplace_back(number, database + "/" + name);
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<std::string> out;
  for (auto& [number, path] : numbered)
    out.push_back(std::move(path));
  return out;
}

} // namespace

result<tail_repair> cut_torn_tail(rocksdb::FileSystem& files, const std::string& database) {
  const auto paths = logs_in(files, database);
  if (!paths)
    return paths.failure();
  std::string torn;
  std::string whole;
  for (const auto& path : *paths) {
    auto log = read_file(files, path);
    if (!log)
      return log.failure();
    // Behind a torn end nothing was ever written.
    if (!torn.empty() && holds_a_beginning(*log, 0))
      return tail_repair::none;
    const auto found = walk(*log);
    if (!torn.empty() || found.whole_until == log->size())
      continue;
    if (holds_a_beginning(*log, found.damaged_at))
      return tail_repair::none;
    torn = path;
    whole = std::move(*log);
    whole.resize(found.whole_until);
  }
  if (torn.empty())
    return tail_repair::none;
  if (auto done = replace_file(files, torn, whole); !done)
    return done.failure();
  return tail_repair::cut;
}

} // namespace weft::storage
