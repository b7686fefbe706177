#include "net/admission.hpp"

#include <algorithm>

namespace weft::net {

bool node_budget::try_take(std::size_t bytes, request_kind kind) {
  const auto most = kind == request_kind::read ? bytes_max_ / 2 : bytes_max_;
  auto before = in_use_.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes <= most)
    return true;
  give_back(bytes);
  return false;
}

session_window::~session_window() {
  // The budget may be gone by now, unless something of it is still out.
  if (bytes_ > 0)
    node_.give_back(bytes_);
}

admitted session_window::admit(std::uint64_t request, std::uint32_t charge, request_kind kind) {
  auto same = [request](const waiting_request& x) { return x.request == request; };
  if (std::any_of(waiting_.begin(), waiting_.end(), same))
    return admitted::id_in_use;
  if (!node_.try_take(charge, kind))
    return admitted::node_full;
  waiting_.push_back({request, charge});
  ++requests_;
  bytes_ += charge;
  return admitted::yes;
}

void session_window::admit_answered(std::uint32_t count) {
  requests_ += count;
  answered_.requests += count;
}

void session_window::admit_being_written(std::uint32_t count) {
  requests_ += count;
  being_written_.requests += count;
}

bool session_window::answer(std::uint64_t request, std::uint32_t reply_bytes) {
  auto same = [request](const waiting_request& x) { return x.request == request; };
  auto found = std::find_if(waiting_.begin(), waiting_.end(), same);
  if (found == waiting_.end())
    return false;
  auto charge = found->charge;
  waiting_.erase(found);
  if (reply_bytes > charge) {
    node_.take(reply_bytes - charge);
    bytes_ += reply_bytes - charge;
    charge = reply_bytes;
  }
  ++answered_.requests;
  answered_.bytes += charge;
  return true;
}

void session_window::begin_write() {
  being_written_.requests += answered_.requests;
  being_written_.bytes += answered_.bytes;
  answered_ = {};
}

void session_window::end_write() {
  free(being_written_);
}

void session_window::write_off_answers() {
  free(answered_);
}

void session_window::write_off_waiting() {
  share lost;
  for (const auto& request : waiting_) {
    ++lost.requests;
    lost.bytes += request.charge;
  }
  waiting_.clear();
  free(lost);
}

void session_window::free(share& what) {
  if (what.bytes > 0)
    node_.give_back(what.bytes);
  requests_ -= what.requests;
  bytes_ -= what.bytes;
  what = {};
}

void session_window::shrink() {
  if (waiting_.empty())
    std::vector<waiting_request>{}.swap(waiting_);
}

bool report_meter::may_read(std::uint64_t now_ms) {
  if (credit_ >= reports_per_second) {
    refilled_ms_ = now_ms;
    return true;
  }
  auto passed = static_cast<std::int64_t>(now_ms - refilled_ms_);
  if (passed > 0) {
    credit_ = std::min(reports_per_second, credit_ + passed * reports_per_second / 1000);
    refilled_ms_ = now_ms;
  }
  return credit_ > 0;
}

std::uint64_t report_meter::wait_ms() const {
  if (credit_ > 0)
    return 0;
  return static_cast<std::uint64_t>(-credit_ * 1000 / reports_per_second + 1);
}

} // namespace weft::net
