#include "net/client/private_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace weft::net::client {
namespace {

constexpr std::size_t file_bytes_max = 16u << 20;

/// How often a lock is looked at while it is waited for.
constexpr std::chrono::milliseconds lock_step{10};

error failed_to(std::string_view attempted, const std::filesystem::path& file, int number) {
  return {errc::io, "failed to " + std::string{attempted} + " " + file.string() + ": " +
                        std::strerror(number)};
}

/// Closes a descriptor at the end of a scope.
class descriptor {
public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }

private:
  int number_;
};

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const auto n = ::write(file, content.data(), content.size());
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0)
      content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace

result<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code failure;
  if (std::filesystem::is_directory(directory, failure))
    return {};
  if (const auto above = directory.parent_path(); !above.empty())
    std::filesystem::create_directories(above, failure);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return failed_to("make the directory", directory, errno);
  return {};
}

result<std::optional<std::string>> read_file(const std::filesystem::path& file) {
  const descriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source && errno == ENOENT)
    return std::optional<std::string>{};
  if (!source)
    return failed_to("open", file, errno);
  std::string out;
  char buffer[16 << 10];
  while (true) {
    const auto n = ::read(source.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return failed_to("read", file, errno);
    if (n == 0)
      return std::optional<std::string>{std::move(out)};
    if (out.size() + static_cast<std::size_t>(n) > file_bytes_max)
      return error{errc::too_large, file.string() + " is longer than 16 MiB"};
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

result<void> write_private_file(const std::filesystem::path& file, std::string_view content) {
  auto beside = file;
  beside += ".new-" + std::to_string(::getpid());
  {
    const descriptor target(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!target || !write_all(target.get(), content) || ::fsync(target.get()) != 0) {
      const int number = errno;
      ::unlink(beside.c_str());
      return failed_to("write", file, number);
    }
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) {
    const int number = errno;
    ::unlink(beside.c_str());
    return failed_to("replace", file, number);
  }
  const descriptor directory(
      ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory)
    ::fsync(directory.get());
  return {};
}

result<file_lock> file_lock::take(const std::filesystem::path& file,
                                  std::chrono::milliseconds within) {
  const int number = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (number < 0)
    return failed_to("open", file, errno);
  file_lock lock(number);
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (::flock(number, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return failed_to("lock", file, errno);
    if (std::chrono::steady_clock::now() >= deadline)
      return error{errc::locked, file.string() + " is locked by another process"};
    std::this_thread::sleep_for(lock_step);
  }
  return lock;
}

file_lock::~file_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

} // namespace weft::net::client
