#include "storage/synced_mark.hpp"

#include "storage/big_endian.hpp"
#include "storage/hash.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace weft::storage {
namespace {

/// The number and its hash.
using mark_bytes = std::array<char, 16>;

mark_bytes encode(std::uint64_t sequence) {
  mark_bytes out;
  put_be(out.data(), sequence);
  put_be(out.data() + 8, hash64({out.data(), 8}));
  return out;
}

std::string path_in(const std::string& directory) {
  return directory + "/SYNCED";
}

error failed_to(const std::string& attempted) {
  return {errc::io, "cannot " + attempted + ": " + std::generic_category().message(errno)};
}

} // namespace

synced_mark::~synced_mark() {
  if (file_ >= 0)
    ::close(file_);
}

result<void> synced_mark::remove(const std::string& directory) {
  const auto path = path_in(directory);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return failed_to("remove " + path);
  return {};
}

result<void> synced_mark::open(const std::string& directory) {
  const auto path = path_in(directory);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0)
    return failed_to("open " + path);
  return {};
}

std::uint64_t synced_mark::read() const {
  mark_bytes bytes;
  if (::pread(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return 0;
  const auto sequence = get_be<std::uint64_t>(bytes.data());
  return bytes == encode(sequence) ? sequence : 0;
}

void synced_mark::write(std::uint64_t sequence) const {
  const auto bytes = encode(sequence);
  // Only an additional check hangs on it: the append itself has succeeded.
  [[maybe_unused]] const auto written = ::pwrite(file_, bytes.data(), bytes.size(), 0);
}

} // namespace weft::storage
