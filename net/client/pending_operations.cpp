#include "net/client/pending_operations.hpp"

#include <algorithm>
#include <vector>

namespace weft::net::client {
namespace {

bool is_mutation(const weft::ClientFrame& frame) {
  return frame.has_send() || frame.has_mark_read() || frame.has_register_() || frame.has_logout();
}

} // namespace

error from_protocol(const weft::Error& what) {
  return {static_cast<errc>(what.code()), what.message(), static_cast<outcome>(what.outcome()),
          what.retry_after_ms()};
}

bool may_pass(const error& what) {
  // A wrong password stays wrong, however long one waits.
  return what.code == errc::overloaded || what.code == errc::unavailable ||
         what.code == errc::timeout ||
         (what.retry_after_ms > 0 && what.code != errc::bad_credentials);
}

void pending_operations::add(weft::ClientFrame frame, instant deadline, done finished) {
  if (operations_.size() >= operations_max)
    return finished(error{errc::overloaded, "too many requests wait for the server"});
  operation added;
  added.frame = std::move(frame);
  added.finished = std::move(finished);
  added.deadline = deadline;
  operations_.emplace(++last_number_, std::move(added));
}

void pending_operations::send_due(instant now, const sender& send) {
  for (auto& [number, what] : operations_) {
    if (what.request != 0 || what.not_before > now)
      continue;
    what.request = send(what.frame);
    if (what.request == 0)
      return;
    what.last_error = {errc::timeout, "the server did not answer in time", {}, 0};
    waiting_.emplace(what.request, number);
  }
}

bool pending_operations::answer(const weft::ServerFrame& frame, instant now) {
  const auto waits = waiting_.find(frame.request_id());
  if (waits == waiting_.end())
    return false;
  const auto at = operations_.find(waits->second);
  waiting_.erase(waits);
  at->second.request = 0;
  if (frame.has_error())
    refused(at, frame.error(), now);
  else
    end(at, frame);
  return true;
}

void pending_operations::refused(table::iterator at, const weft::Error& refusal, instant now) {
  auto& what = at->second;
  auto why = from_protocol(refusal);
  what.uncertain |= why.outcome == outcome::unknown_retry_same_id;
  if (!may_pass(why))
    return end(at, std::move(why));
  const auto delay =
      std::max(what.pause.next(random_), std::chrono::milliseconds{why.retry_after_ms});
  what.not_before = now + delay;
  what.last_error = std::move(why);
}

void pending_operations::link_lost(const error& why) {
  waiting_.clear();
  for (auto& [number, what] : operations_) {
    what.uncertain |= what.request != 0;
    what.request = 0;
    what.not_before = {};
    what.last_error = why;
  }
}

void pending_operations::expire(instant now) {
  std::vector<std::uint64_t> over;
  for (const auto& [number, what] : operations_) {
    if (what.deadline <= now)
      over.push_back(number);
  }
  for (const auto number : over) {
    // An operation that ended may have ended others.
    const auto at = operations_.find(number);
    if (at != operations_.end())
      end(at, at->second.last_error);
  }
}

void pending_operations::fail_all(const error& why) {
  // What the callees add meanwhile is not meant.
  const auto last = last_number_;
  while (!operations_.empty() && operations_.begin()->first <= last)
    end(operations_.begin(), why);
}

std::optional<pending_operations::instant> pending_operations::next_event() const {
  std::optional<instant> out;
  for (const auto& [number, what] : operations_) {
    auto at = what.deadline;
    if (what.request == 0 && what.not_before != instant{})
      at = std::min(at, what.not_before);
    if (!out || at < *out)
      out = at;
  }
  return out;
}

void pending_operations::end(table::iterator at, error why) {
  const auto& what = at->second;
  const bool written = is_mutation(what.frame) && (what.uncertain || what.request != 0);
  why.outcome = written ? outcome::unknown_retry_same_id : outcome::nothing_written;
  end(at, result<weft::ServerFrame>(std::move(why)));
}

void pending_operations::end(table::iterator at, result<weft::ServerFrame> outcome) {
  if (at->second.request != 0)
    waiting_.erase(at->second.request);
  // Out of the table first: the callee may add and end others.
  const auto finished = std::move(at->second.finished);
  operations_.erase(at);
  finished(std::move(outcome));
}

} // namespace weft::net::client
