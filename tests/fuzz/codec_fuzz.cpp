// Fuzzes the codec: whatever bytes come, the requests that come out keep the limits, and what is
// spliced into a frame comes out of it unchanged.
#include "net/decode.hpp"
#include "net/encode.hpp"
#include "net/frame.hpp"
#include "net/proto/weft.pb.h"

#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <string_view>

using namespace weft;
using namespace weft::net;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

const actors::limits limits;

void check(const actors::send_request& x) {
  require(x.request != 0);
  require(x.body.size() <= limits.body_bytes_max);
  require(x.content_type.size() <= limits.content_type_bytes_max);
  require(time_of(x.op).has_value());
  require(static_cast<bool>(x.thread) != static_cast<bool>(x.peer));
}
void check(const actors::history_request& x) {
  require(x.request != 0 && x.thread);
  require(x.limit > 0 && x.limit <= limits.history_page_events_max);
}
void check(const actors::inbox_request& x) {
  require(x.request != 0);
  require(x.limit > 0 && x.limit <= limits.inbox_page_rows_max);
  require(!(x.since && x.below_time));
  require(!x.below_time || x.below_thread);
}
void check(const actors::mark_read_request& x) {
  require(x.request != 0 && x.thread && x.seq);
}
void check(const actors::find_user_request& x) {
  require(x.request != 0);
  require(x.user ? x.name.empty() : is_valid_name(x.name));
}
void check(const actors::delivered_report& x) {
  require(x.thread && x.seq);
}
void check(const actors::sign_out_request& x) {
  require(x.request != 0);
}

void check(const actors::presence_request& x) {
  require(x.request != 0 && !x.users.empty());
  require(x.users.size() <= limits.presence_lookup_users_max);
}

void check(const actors::register_account& x) {
  require(is_valid_name(x.name) && x.device && time_of(x.op).has_value());
  require(x.password.size() >= limits.password_bytes_min);
  require(x.password.size() <= limits.password_bytes_max);
}
void check(const actors::sign_in& x) {
  require(is_valid_name(x.name) && x.device);
  require(x.password.size() <= limits.password_bytes_max);
}
void check(const actors::resume& x) {
  require(x.cursors.size() <= limits.resume_cursors_max);
}

void decode(std::string_view bytes) {
  static client_decoder decoder{limits};
  actors::session_requests turn;
  const auto message = decoder.decode(bytes, turn);
  if (const auto* reports = std::get_if<reports_decoded>(&message))
    require(turn.size() == reports->count && turn.size() <= limits.resume_cursors_max);
  else
    require(turn.size() == (std::holds_alternative<request_decoded>(message) ? 1 : 0));
  for (const auto& each : turn)
    std::visit([](const auto& x) { check(x); }, each);
  if (const auto* who = std::get_if<sign_in_asked>(&message))
    std::visit([](const auto& x) { check(x); }, who->who);
  if (const auto* no = std::get_if<refused>(&message)) {
    require(no->why.code != errc::none && !no->why.message.empty());
    // What a client sent never comes back in an error.
    require(no->why.message.size() < 200);
  }
}

void splice(std::string_view bytes) {
  const auto stored = std::make_shared<const std::string>(bytes);
  byte_buffer out;
  encode_notice(
      out, actors::events_delivered{thread_id::direct(user_id{1}, user_id{2}),
                                    std::make_shared<const std::vector<actors::delivered_event>>(
                                        2, actors::delivered_event{sequence{1}, stored})});
  require(out.view().substr(out.size() - bytes.size()) == bytes);
  Event event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  ServerFrame frame;
  const auto payload = out.view().substr(frame_header_bytes);
  require(frame.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
  require(frame.deliver().events_size() == 2);
  require(frame.deliver().events(1).SerializeAsString() == event.SerializeAsString());
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  decode(bytes);
  splice(bytes);
  return 0;
}
