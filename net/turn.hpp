// What one turn of a connection needs; each I/O thread has one, idle connections have none.
#pragma once

#include "actors/messages.hpp"
#include "net/byte_buffer.hpp"
#include "net/decode.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace weft::net {

/// Scratch memory of turns: bytes are read into it, requests and the connection's own answers are
/// collected in it.
struct turn {
  explicit turn(const actors::limits& limits) : decoder(limits) {}

  /// Nothing is collected any more.
  void clear() {
    // Its memory went to the session with the last requests.
    if (requests.capacity() == 0)
      requests.reserve(requests_usual);
    requests.clear();
    heartbeats = 0;
    clear_own();
  }
  void clear_own() {
    own.clear();
    own_count = 0;
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

/// Lends the memory of a thread's turns to one connection for one turn. There is no other way to
/// it, and it comes and goes without content: what one connection leaves over never reaches another
/// one's client.
class lent_turn {
public:
  /// `from` is lent to nobody else meanwhile, and outlives this.
  explicit lent_turn(turn& from) : turn_(from) {
    assert(turn_.own.empty() && turn_.own_count == 0 && turn_.requests.empty());
  }
  ~lent_turn() { turn_.clear(); }
  lent_turn(const lent_turn&) = delete;
  lent_turn& operator=(const lent_turn&) = delete;

  turn& operator*() const { return turn_; }

private:
  turn& turn_;
};

} // namespace weft::net
