// Growing bytes that are written at the end and taken from the front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace weft::net {

/// What std::string cannot do: room at the end without zeroes first, and nothing allocated when
/// empty. 24 bytes, because every idle connection holds two. Not for more than 4 GiB.
class byte_buffer {
public:
  byte_buffer() = default;
  ~byte_buffer() { std::free(data_); }
  byte_buffer(const byte_buffer&) = delete;
  byte_buffer& operator=(const byte_buffer&) = delete;
  byte_buffer(byte_buffer&& other) noexcept { swap(other); }
  byte_buffer& operator=(byte_buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  std::string_view view() const { return {data_ + begin_, size()}; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return begin_ == end_; }

  /// Adds `count` bytes at the end, to be written by the caller.
  char* extend(std::size_t count) {
    if (capacity_ - end_ < count)
      make_room(count);
    auto* out = data_ + end_;
    end_ += static_cast<std::uint32_t>(count);
    return out;
  }

  void append(std::string_view bytes) {
    if (!bytes.empty())
      std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }

  /// Drops bytes from the front.
  void consume(std::size_t count) {
    begin_ += static_cast<std::uint32_t>(count);
    if (begin_ == end_)
      clear();
  }

  /// Drops bytes from the end, so that `size` remain.
  void truncate(std::size_t size) { end_ = begin_ + static_cast<std::uint32_t>(size); }

  /// Empty, ready to be filled again.
  void clear() { begin_ = end_ = 0; }

  /// Empty, and the memory given back.
  void release() {
    std::free(data_);
    data_ = nullptr;
    begin_ = end_ = capacity_ = 0;
  }

  void swap(byte_buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

private:
  static constexpr std::size_t capacity_min = 256;

  void make_room(std::size_t count) {
    if (begin_ > 0) {
      std::memmove(data_, data_ + begin_, size());
      end_ -= begin_;
      begin_ = 0;
    }
    auto wanted = end_ + count;
    if (wanted <= capacity_)
      return;
    auto doubled = std::size_t{capacity_} * 2;
    wanted = wanted < doubled ? doubled : wanted;
    wanted = wanted < capacity_min ? capacity_min : wanted;
    auto* grown = std::realloc(data_, wanted);
    if (grown == nullptr)
      throw std::bad_alloc{};
    data_ = static_cast<char*>(grown);
    capacity_ = static_cast<std::uint32_t>(wanted);
  }

  char* data_ = nullptr;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t capacity_ = 0;
};

} // namespace weft::net
