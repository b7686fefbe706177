// What clients say, checked: ClientFrame bytes to the requests of the actors.
#pragma once

#include "actors/limits.hpp"
#include "actors/messages.hpp"

#include <google/protobuf/arena.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace weft {
class ClientFrame;
} // namespace weft

namespace weft::net {

// -- what a frame may be ------------------------------------------------------------------------

/// Not a ClientFrame: nothing that follows can be trusted either.
struct unreadable {};

/// Understood, and refused. `request` is 0 when the frame gave none.
struct refused {
  std::uint64_t request = 0;
  error why;
};

struct hello_asked {
  std::uint64_t request = 0;
  std::uint32_t version_min = 0;
  std::uint32_t version_max = 0;
  std::string software;
  /// The client can be woken by a push.
  bool woken_by_push = false;
};

struct sign_in_asked {
  std::uint64_t request = 0;
  actors::credentials who;
};

/// Whether a person is looking at the client.
enum class in_foreground : std::uint8_t { no, yes };

struct heartbeat_heard {
  std::uint64_t request = 0;
  std::uint64_t presence_version = 0;
  in_foreground foreground = in_foreground::no;
};

struct status_asked {
  std::uint64_t request = 0;
};

struct locate_asked {
  std::uint64_t request = 0;
};

/// A request for the session was appended to the turn.
struct request_decoded {
  std::uint64_t request = 0;
  /// Bytes that its reply is expected to have; 0 when that is little.
  std::uint32_t reply_bytes = 0;
};

/// Receipts, one or several, were appended to the turn. They get no reply.
struct reports_decoded {
  std::size_t count = 0;
};

using client_message =
    std::variant<unreadable, refused, hello_asked, sign_in_asked, heartbeat_heard, status_asked,
                 locate_asked, request_decoded, reports_decoded>;

// -- the decoder --------------------------------------------------------------------------------

/// Parses frames and checks every field against docs/protocol.md: what passes is safe for the
/// actors. Strings are moved out of the parsed message. For one thread, which keeps one decoder for
/// all of its connections.
class client_decoder {
public:
  explicit client_decoder(const actors::limits& limits);
  ~client_decoder();

  /// Decodes one payload. What is for the session is appended to `turn`.
  client_message decode(std::string_view payload, actors::session_requests& turn);

private:
  client_message take(ClientFrame& frame, actors::session_requests& turn) const;

  const actors::limits& limits_;
  std::unique_ptr<char[]> block_;
  google::protobuf::Arena arena_;
};

} // namespace weft::net
