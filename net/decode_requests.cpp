#include "net/decode_requests.hpp"

#include <algorithm>

namespace weft::net {

namespace {

// What an event has at most besides its body and content type: numbers, ids, lengths.
constexpr std::size_t event_frame_bytes_max = 128;
// What a row of an inbox page has at most, its last event apart.
constexpr std::size_t row_bytes_max = 256;

std::size_t page_limit(std::uint32_t asked, std::size_t max) {
  return std::min(asked == 0 ? page_default : asked, max);
}

refused no(std::uint64_t request, std::string_view why) {
  return {request, bad_request(std::string{why})};
}

} // namespace

client_message take_request(std::uint64_t request, Send& from, const actors::limits& limits,
                            actors::session_requests& turn) {
  if (from.body().size() > limits.body_bytes_max)
    return refused{request, too_large("body", limits.body_bytes_max)};
  if (from.content_type().size() > limits.content_type_bytes_max)
    return refused{request, too_large("content_type", limits.content_type_bytes_max)};
  actors::send_request out;
  out.request = request;
  auto op = checked_op(from.op_id());
  if (!op)
    return no(request, bad_op);
  out.op = *op;
  switch (from.to_case()) {
  case Send::kThread: {
    auto thread = checked_thread(from.thread());
    if (!thread)
      return no(request, bad_thread);
    out.thread = *thread;
    break;
  }
  case Send::kUser:
    if (from.user() == 0)
      return no(request, "user is 0");
    out.peer = user_id{from.user()};
    break;
  case Send::TO_NOT_SET:
    return no(request, "neither thread nor user is set");
  }
  out.content_type = std::move(*from.mutable_content_type());
  out.body = std::move(*from.mutable_body());
  turn.emplace_back(std::move(out));
  return request_decoded{request, 0};
}

client_message take_request(std::uint64_t request, const HistoryRequest& from,
                            const actors::limits& limits, actors::session_requests& turn) {
  auto thread = checked_thread(from.thread());
  if (!thread)
    return no(request, bad_thread);
  actors::history_request out;
  out.request = request;
  out.thread = *thread;
  if (from.has_after())
    out.after = sequence{from.after()};
  if (from.has_before())
    out.before = sequence{from.before()};
  out.limit = page_limit(from.limit(), limits.history_page_events_max);
  // By what the page may have: with less, who never reads would hold what was never counted.
  const auto event_bytes_max =
      limits.body_bytes_max + limits.content_type_bytes_max + event_frame_bytes_max;
  const auto most = std::min(out.limit * event_bytes_max, limits.history_page_bytes_max);
  turn.emplace_back(out);
  return request_decoded{request, static_cast<std::uint32_t>(most)};
}

client_message take_request(std::uint64_t request, const InboxRequest& from,
                            const actors::limits& limits, actors::session_requests& turn) {
  actors::inbox_request out;
  out.request = request;
  if (from.has_since() && from.has_below_time_ms())
    return no(request, "since and below_time_ms exclude each other");
  if (from.has_since())
    out.since = inbox_version{from.since()};
  if (from.has_below_time_ms()) {
    auto below = checked_thread(from.below_thread());
    if (!below)
      return no(request, "below_thread is not a thread id of 17 bytes");
    out.below_time = time_ms{from.below_time_ms()};
    out.below_thread = *below;
  }
  out.limit = page_limit(from.limit(), limits.inbox_page_rows_max);
  const auto events =
      std::min(out.limit * limits.inbox_last_event_bytes_max, limits.inbox_page_events_bytes_max);
  turn.emplace_back(out);
  return request_decoded{request, static_cast<std::uint32_t>(out.limit * row_bytes_max + events)};
}

client_message take_request(std::uint64_t request, const MarkRead& from,
                            actors::session_requests& turn) {
  auto thread = checked_thread(from.thread());
  if (!thread)
    return no(request, bad_thread);
  if (from.seq() == 0)
    return no(request, "seq is 0");
  turn.emplace_back(actors::mark_read_request{request, *thread, sequence{from.seq()}});
  return request_decoded{request, 0};
}

client_message take_request(std::uint64_t request, const FindUser& from,
                            actors::session_requests& turn) {
  actors::find_user_request out;
  out.request = request;
  switch (from.by_case()) {
  case FindUser::kName:
    out.name = fold_name(from.name());
    if (!is_valid_name(out.name))
      return no(request, bad_name);
    break;
  case FindUser::kUserId:
    if (from.user_id() == 0)
      return no(request, "user_id is 0");
    out.user = user_id{from.user_id()};
    break;
  case FindUser::BY_NOT_SET:
    return no(request, "neither name nor user_id is set");
  }
  turn.emplace_back(std::move(out));
  return request_decoded{request, 0};
}

client_message take_reports(std::uint64_t request, const Delivered& from,
                            const actors::limits& limits, actors::session_requests& turn) {
  auto count = static_cast<std::size_t>(from.cursors_size());
  if (count > limits.resume_cursors_max)
    return refused{request,
                   {.code = errc::too_large,
                    .message = "more than " + std::to_string(limits.resume_cursors_max) +
                               " cursors in one Delivered"}};
  auto before = turn.size();
  for (auto& cursor : from.cursors()) {
    auto thread = checked_thread(cursor.thread());
    if (!thread || cursor.seq() == 0) {
      turn.resize(before);
      return no(request, thread ? "seq is 0" : bad_thread);
    }
    turn.emplace_back(actors::delivered_report{*thread, sequence{cursor.seq()}});
  }
  return reports_decoded{count};
}

} // namespace weft::net
