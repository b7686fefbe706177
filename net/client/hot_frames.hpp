// The frames that make up nearly all traffic (Send, Delivered; Ack, Deliver, Receipt), written and
// read by hand. Whatever is not one of them in its plain form is left to the generated classes.
#pragma once

#include "net/client/wire.hpp"
#include "storage/ids.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace weft::net::client {

/// Views into a received frame: valid while the frame is.
struct ack_view {
  std::string_view thread;
  std::uint64_t seq = 0;
  std::uint64_t ordinal = 0;
  std::uint64_t time_ms = 0;
  bool duplicate = false;
};

struct event_view {
  std::uint64_t seq = 0;
  std::uint64_t ordinal = 0;
  std::uint64_t time_ms = 0;
  std::uint64_t from = 0;
  std::string_view op_id;
  /// False for kinds of event that this client does not know.
  bool is_message = false;
  std::string_view content_type;
  std::string_view body;
};

struct receipt_view {
  std::string_view thread;
  std::uint64_t user = 0;
  std::uint64_t delivered_seq = 0;
  std::uint64_t read_seq = 0;
};

/// Reads one encoded `weft.Event`; false when it is malformed.
bool read_event(std::string_view encoded, event_view& out);

/// Events of one thread; they are read as one walks over them.
class deliver_view {
public:
  explicit deliver_view(std::string_view encoded) : encoded_(encoded) {}

  /// Empty when the frame has none.
  std::string_view thread() const;

  /// Calls `take(const event_view&)` for each event in turn; false at the first malformed one.
  template <class Take>
  bool for_each_event(Take take) const {
    wire::reader fields(encoded_);
    while (fields.next()) {
      if (!is_event(fields))
        continue;
      event_view event;
      if (!read_event(fields.bytes(), event))
        return false;
      take(event);
    }
    return !fields.failed();
  }

private:
  static bool is_event(const wire::reader& fields);

  std::string_view encoded_;
};

/// One of the hot replies and pushes, with the request that it answers (0: a push).
struct hot_frame {
  std::uint64_t request = 0;
  std::variant<ack_view, deliver_view, receipt_view> what;
};

/// Reads a `ServerFrame` that is an Ack, a Deliver or a Receipt; nothing for every other frame and
/// for malformed ones.
std::optional<hot_frame> read_hot_frame(std::string_view frame);

/// A message to be sent. `op_id` is 16 bytes, `thread` 17.
struct send_view {
  std::string_view op_id;
  std::string_view thread;
  std::string_view content_type;
  std::string_view body;
};

/// Append a whole frame to `out`, its length in front.
void put_send(std::string& out, std::uint64_t request, const send_view& what);
void put_delivered(std::string& out, std::string_view thread, std::uint64_t seq);

} // namespace weft::net::client
