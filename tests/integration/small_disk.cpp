#include "tests/integration/small_disk.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>

namespace weft::testing {

namespace {

constexpr const char* filler = "filler";

} // namespace

small_disk::small_disk(std::size_t bytes) {
  const auto size = "size=" + std::to_string(bytes) + ",mode=700";
  mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) == 0;
}

small_disk::~small_disk() {
  if (mounted_)
    ::umount2(path().c_str(), MNT_DETACH);
}

std::size_t small_disk::free_bytes() const {
  return std::filesystem::space(path()).available;
}

bool small_disk::make_read_only() {
  return ::mount(nullptr, path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

void small_disk::fill_up_to(std::size_t rest) const {
  const auto file = path() / filler;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    throw std::runtime_error("cannot make " + file.string());
  const auto free = free_bytes();
  const auto wrong =
      free > rest ? ::posix_fallocate(descriptor, 0, static_cast<off_t>(free - rest)) : 0;
  ::close(descriptor);
  if (wrong != 0)
    throw std::runtime_error("cannot fill " + path().string());
}

void small_disk::empty() const {
  std::filesystem::remove(path() / filler);
}

} // namespace weft::testing
