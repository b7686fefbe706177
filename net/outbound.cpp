#include "net/outbound.hpp"

#include "net/encode.hpp"

#include <algorithm>

namespace weft::net {

namespace {

/// A buffer above this is given back as soon as it is empty.
constexpr std::size_t kept_capacity_max = 16u << 10;

} // namespace

// -- from the session ---------------------------------------------------------------------------

wake outbound::reply(attempt_no from, const actors::session_notice& notice) {
  std::lock_guard guard{mutex_};
  const auto request = request_of(notice);
  if (!hears(from)) {
    if (from == attempt_ && window_.answer(request, 0))
      window_.write_off_answers();
    return wake::no;
  }
  const auto before = filling_.size();
  encode_notice(filling_, notice);
  window_.answer(request, static_cast<std::uint32_t>(filling_.size() - before));
  if (const auto* ready = std::get_if<actors::signed_in>(&notice)) {
    sign_in_ = sign_in_result::succeeded;
    user_.store(ready->user.value, std::memory_order_relaxed);
  } else if (request == sign_in_request_ && std::holds_alternative<actors::request_failed>(notice))
    sign_in_ = sign_in_result::failed;
  return queue();
}

wake outbound::push(attempt_no from, const actors::session_notice& notice,
                    actors::push_result& result) {
  std::lock_guard guard{mutex_};
  result = actors::push_result::taken;
  if (!hears(from))
    return wake::no;
  const auto before = filling_.size();
  encode_notice(filling_, notice);
  const auto bytes = filling_.size() - before;
  if (!admits_push(bytes)) {
    filling_.truncate(before);
    refused_push_ = true;
    result = actors::push_result::full;
    return wake::no;
  }
  filling_pushes_ += static_cast<std::uint32_t>(bytes);
  return queue();
}

bool outbound::admits_push(std::size_t bytes) {
  // An empty queue takes anything, so that a push larger than the window gets through as well.
  const auto queued = queued_pushes();
  if (queued > 0 && queued + bytes > shared_.limits.session_push_bytes_max)
    return false;
  if (!stalled_)
    return true;
  if (shared_.slow_readers.try_take(bytes)) {
    stalled_bytes_ += static_cast<std::uint32_t>(bytes);
    return true;
  }
  return queued + bytes <= slow_reader_floor_bytes;
}

wake outbound::tell_lagging(attempt_no from, inbox_version version) {
  std::lock_guard guard{mutex_};
  if (!hears(from))
    return wake::no;
  encode_lagging(filling_, version);
  return queue();
}

wake outbound::close(attempt_no from, const error& why) {
  std::lock_guard guard{mutex_};
  if (!hears(from))
    return wake::no;
  encode_closing(filling_, why);
  closed_ = session_closed_ = true;
  return queue();
}

wake outbound::abandon(attempt_no from) {
  std::lock_guard guard{mutex_};
  if (from != attempt_)
    return wake::no;
  abandoned_ = true;
  window_.write_off_waiting();
  return queue();
}

wake outbound::queue() {
  // A stalled connection is looked at when its socket is writable, not before.
  if (queued_ || stalled_)
    return wake::no;
  queued_ = true;
  return wake::yes;
}

// -- for the I/O thread -------------------------------------------------------------------------

attempt_no outbound::begin_attempt(std::uint64_t request) {
  std::lock_guard guard{mutex_};
  sign_in_request_ = request;
  sign_in_ = sign_in_result::none;
  abandoned_ = false;
  return ++attempt_;
}

bool outbound::window_is_full() {
  std::lock_guard guard{mutex_};
  return window_.is_full(shared_.window());
}

admitted outbound::admit(std::uint64_t request, std::uint32_t charge, request_kind kind,
                         bool& is_full) {
  std::lock_guard guard{mutex_};
  const auto out = window_.admit(request, charge, kind);
  is_full = window_.is_full(shared_.window());
  return out;
}

void outbound::add_own(std::string_view frames, std::uint32_t count) {
  std::lock_guard guard{mutex_};
  if (closed_)
    return;
  filling_.append(frames);
  window_.admit_answered(count);
}

void outbound::hold_own(std::uint32_t count) {
  std::lock_guard guard{mutex_};
  window_.admit_being_written(count);
}

void outbound::add_closing(const error& why) {
  std::lock_guard guard{mutex_};
  if (closed_)
    return;
  encode_closing(filling_, why);
  closed_ = true;
}

outbound_news outbound::take(byte_buffer& to) {
  std::lock_guard guard{mutex_};
  window_.end_write();
  taken_pushes_ = 0;
  if (to.capacity() > kept_capacity_max)
    to.release();
  if (filling_.empty()) {
    queued_ = false;
    end_stall();
  } else {
    to.swap(filling_);
    taken_pushes_ = filling_pushes_;
    filling_pushes_ = 0;
    window_.begin_write();
  }
  return news();
}

outbound_news outbound::stall(std::size_t left) {
  std::lock_guard guard{mutex_};
  taken_pushes_ = std::min(taken_pushes_, static_cast<std::uint32_t>(left));
  const auto bytes = static_cast<std::uint32_t>(left + filling_.size());
  // What is queued exists: it is taken from the node's budget even if that has nothing left.
  if (bytes > stalled_bytes_)
    shared_.slow_readers.take(bytes - stalled_bytes_);
  else
    shared_.slow_readers.give_back(stalled_bytes_ - bytes);
  stalled_bytes_ = bytes;
  stalled_ = true;
  return news();
}

void outbound::end_stall() {
  if (stalled_bytes_ > 0)
    shared_.slow_readers.give_back(stalled_bytes_);
  stalled_bytes_ = 0;
  stalled_ = false;
}

outbound_news outbound::news() {
  outbound_news out{sign_in_, session_closed_, abandoned_, false};
  sign_in_ = sign_in_result::none;
  if (refused_push_ && queued_pushes() <= shared_.limits.session_push_bytes_max / 2) {
    refused_push_ = false;
    out.is_drained = true;
  }
  return out;
}

void outbound::shrink() {
  std::lock_guard guard{mutex_};
  if (filling_.empty())
    filling_.release();
  window_.shrink();
}

void outbound::shut() {
  std::lock_guard guard{mutex_};
  closed_ = true;
  filling_.release();
  filling_pushes_ = taken_pushes_ = 0;
  end_stall();
  queued_ = false;
  window_.end_write();
  window_.write_off_answers();
}

void outbound::retire() {
  shut();
  std::lock_guard guard{mutex_};
  window_.write_off_waiting();
  queued_ = true;
}

} // namespace weft::net
