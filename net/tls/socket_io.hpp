// Reading and writing of a socket without waiting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weft::net {

/// How an attempt to read or to write ended.
enum class io_status : std::uint8_t {
  /// `count` bytes were moved, at least one.
  moved,
  /// None was. It is worth another try when the socket is readable, or writable: encryption may
  /// need the one in order to do the other.
  wants_read,
  wants_write,
  /// The peer has said that nothing follows. Of reading only.
  ended,
  /// The connection is of no more use.
  broken,
};

struct io_result {
  io_status status = io_status::broken;
  std::size_t count = 0;
};

/// Takes what has arrived, as much as fits. `to` is not empty.
io_result read_socket(int socket, std::span<char> to);

/// Hands over as much as the kernel takes. `from` is not empty. No signal comes of a broken
/// connection.
io_result write_socket(int socket, std::string_view from);

} // namespace weft::net
