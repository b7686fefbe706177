#include "net/client/sends_under_way.hpp"

#include "net/client/private_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <unistd.h>

namespace weft::net::client {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kept_for{24};
constexpr std::size_t notes_max = 1'000;

/// Removes notes that are old, and the oldest when there are too many.
void forget_old(const fs::path& folder) {
  std::multimap<fs::file_time_type, fs::path> notes;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
       at.increment(failure)) {
    std::error_code gone;
    if (const auto written = at->last_write_time(gone); !gone)
      notes.emplace(written, at->path());
  }
  const auto oldest = fs::file_time_type::clock::now() - kept_for;
  while (!notes.empty() && (notes.begin()->first < oldest || notes.size() >= notes_max)) {
    fs::remove(notes.begin()->second, failure);
    notes.erase(notes.begin());
  }
}

} // namespace

result<void> sends_under_way::begin(const op_id& op) const {
  if (auto made = make_private_directory(folder_); !made)
    return made;
  forget_old(folder_);
  // Not synced: after a crash of the machine no program waits for this.
  const int file = ::open(file_of(op).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return error{errc::io, "failed to write " + file_of(op).string() + ": " + std::strerror(errno)};
  ::close(file);
  return {};
}

void sends_under_way::end(const op_id& op) const {
  std::error_code ignored;
  fs::remove(file_of(op), ignored);
}

bool sends_under_way::contains(const op_id& op) const {
  std::error_code ignored;
  return fs::exists(file_of(op), ignored);
}

} // namespace weft::net::client
