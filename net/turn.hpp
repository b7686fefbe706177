// What one turn of a connection needs; each I/O thread has one, idle connections have none.
#pragma once

#include "actors/messages.hpp"
#include "net/byte_buffer.hpp"
#include "net/decode.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft::net {

/// Scratch memory of a turn: bytes are read into it, requests and the connection's own answers are
/// collected in it.
struct turn {
  explicit turn(const actors::limits& limits) : decoder(limits) {}

  /// Starts a turn with nothing in it.
  void begin() {
    // Its memory went to the session with the last turn's requests.
    if (requests.capacity() == 0)
      requests.reserve(requests_usual);
    requests.clear();
    own.clear();
    own_count = heartbeats = 0;
  }

  /// The connection's own answers have grown so large that they must leave before it reads on.
  bool is_full() const { return own.size() >= bytes_max; }

  static constexpr std::size_t bytes_max = 64u << 10;
  /// As many requests as a client with a window of usual size sends at once.
  static constexpr std::size_t requests_usual = 8;

  std::array<char, bytes_max> bytes;
  client_decoder decoder;
  actors::session_requests requests;
  /// Frames that the connection answers itself, and how many.
  byte_buffer own;
  std::uint32_t own_count = 0;
  /// How many of them answer heartbeats.
  std::uint32_t heartbeats = 0;
};

} // namespace weft::net
