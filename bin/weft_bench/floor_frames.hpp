// What travels between the clients of the floor and its relay: frames as long as those of the
// protocol, with the least in them.
#pragma once

#include "net/client/frame_length.hpp"
#include "storage/big_endian.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::bench {

/// The first byte of a frame. Eight bytes with a number follow in all of them.
enum class floor_kind : char {
  /// Client: I am the client of this number. Relay: your partner is there.
  hello = 'h',
  /// Client: a message, with the number of the request; the body follows the padding.
  send = 's',
  /// Client: everything up to this number is held.
  delivered = 'd',
  /// Relay: the request of this number is done; eight bytes with the sequence number follow.
  ack = 'a',
  /// Relay: a message of the partner, with its sequence number; the body follows the padding.
  deliver = 'm',
  /// Relay: the partner holds everything up to this number.
  receipt = 'r',
};

/// Bytes of each frame without length and body: what the protocol's own frames have with numbers of
/// usual size.
inline constexpr std::size_t floor_send_bytes = 46;
inline constexpr std::size_t floor_deliver_bytes = 72;
inline constexpr std::size_t floor_ack_bytes = 40;
inline constexpr std::size_t floor_delivered_bytes = 27;
inline constexpr std::size_t floor_receipt_bytes = 36;
inline constexpr std::size_t floor_hello_bytes = 9;

/// Appends a frame of `size` bytes, zero but for its kind and number, and the body behind it.
inline void put_floor_frame(std::string& out, floor_kind kind, std::uint64_t number,
                            std::size_t size, std::string_view body = {}) {
  net::client::put_frame_length(out, size + body.size());
  const auto at = out.size();
  out.resize(at + size);
  out[at] = static_cast<char>(kind);
  storage::put_be(out.data() + at + 1, number);
  out.append(body);
}

inline floor_kind floor_kind_of(std::string_view frame) {
  return static_cast<floor_kind>(frame[0]);
}
inline std::uint64_t floor_number_of(std::string_view frame, std::size_t at = 1) {
  return storage::get_be<std::uint64_t>(frame.data() + at);
}

} // namespace weft::bench
