// A bare connection to a node: bytes and frames, written as a test wants them, right or wrong.
#pragma once

#include "net/proto/weft.pb.h"
#include "tests/support/process_weftd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::testing {

/// How long a test waits for what must come: far longer than it takes on a busy machine with
/// sanitizers, so that only what never comes runs into it.
inline constexpr std::chrono::milliseconds patience{30'000};

/// The length of a frame in the four bytes in front of it.
std::string frame_of(const std::string& content);

/// Where a connection comes from, where that matters.
struct wire_origin {
  /// A loopback address; empty: any.
  std::string address;
  /// What the kernel may hold of bytes that are not read; 0: its choice.
  int receive_bytes = 0;
};

/// One TCP connection. Everything blocks, within limits, and throws where a test cannot go on. Not
/// thread-safe.
class wire_connection {
public:
  explicit wire_connection(const weftd_process& node, const wire_origin& from = {});
  ~wire_connection();
  wire_connection(wire_connection&& other) noexcept;
  wire_connection& operator=(wire_connection&&) = delete;

  int descriptor() const { return socket_; }

  /// Writes all of it; false when the connection ends before.
  bool write(std::string_view bytes);
  /// Writes as much as goes without waiting; the number of bytes.
  std::size_t write_some(std::string_view bytes);
  bool write_frame(const weft::ClientFrame& frame);

  /// The next frame; nothing when the time is over or the connection has ended: see `is_closed`.
  std::optional<weft::ServerFrame> read_frame(std::chrono::milliseconds within = patience);
  /// Reads what still comes until the server closes; false when it does not.
  bool await_closed(std::chrono::milliseconds within = patience);
  bool is_closed() const { return closed_; }
  /// The last frame that `await_closed` read, if there was one.
  const std::optional<weft::ServerFrame>& last_words() const { return last_words_; }

  /// Says hello and returns the server's.
  weft::Hello greet();
  /// Closes at once.
  void close();

private:
  bool fill(std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  bool closed_ = false;
  std::string in_;
  std::optional<weft::ServerFrame> last_words_;
};

} // namespace weft::testing
