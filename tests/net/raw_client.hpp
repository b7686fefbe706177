// A client that can do everything wrong: a blocking socket and frames.
#pragma once

#include "net/frame.hpp"
#include "net/proto/weft.pb.h"

#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>

namespace weft::testing {

class raw_client {
public:
  /// Connects to a port of this machine, at one of its addresses. `receive_buffer` 0 leaves the
  /// kernel's choice.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0,
                      in_addr host = {htonl(INADDR_LOOPBACK)});
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// Sends bytes as they are; false when the server has closed.
  bool send_raw(std::string_view bytes);
  bool send(const ClientFrame& frame);
  /// Sends as much as the socket takes without waiting, and says how much that was.
  std::size_t send_some(std::string_view bytes);

  /// The next frame; nothing when the server closed, or said nothing within the test's patience.
  std::optional<ServerFrame> receive();
  /// The next frame that answers the request.
  std::optional<ServerFrame> receive_reply(std::uint64_t request);
  /// True when the server closes without another frame.
  bool is_closed();
  void close();
  /// Closes without the usual end: what the server sends from now on fails.
  void reset();
  void finish_sending();

  // -- the usual frames -------------------------------------------------------------------------

  ServerFrame hello();
  /// Says hello and signs in by password; the reply to the sign-in.
  ServerFrame sign_in(const std::string& password = "good password");

  int socket() const { return socket_; }

private:
  int socket_;
  weft::net::frame_decoder decoder_;
  std::string read_;
  std::string_view lent_;
};

/// A frame's bytes as they are sent.
std::string bytes_of(const ClientFrame& frame);

// Frames with their request id.
ClientFrame hello_frame(std::uint64_t request, std::uint32_t version_min = 1,
                        std::uint32_t version_max = 1);
ClientFrame login_frame(std::uint64_t request, const std::string& password = "good password");
ClientFrame heartbeat_frame(std::uint64_t request);
ClientFrame send_frame(std::uint64_t request, const std::string& body = "hello");
ClientFrame history_frame(std::uint64_t request);
ClientFrame status_frame(std::uint64_t request);
ClientFrame locate_frame(std::uint64_t request);

} // namespace weft::testing
