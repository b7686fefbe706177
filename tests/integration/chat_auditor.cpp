#include "tests/integration/chat_auditor.hpp"

#include <optional>
#include <stdexcept>

namespace weft::testing {

namespace {

using net::client::client;

constexpr const char* password = "correct horse battery staple";
constexpr std::uint32_t history_page = 200;
constexpr std::uint32_t inbox_page = 2; // Small, so that paging is part of the test.

template <class T>
T take(result<T> what, const std::string& doing) {
  if (!what)
    throw std::runtime_error(doing + ": " + to_string(what.failure()));
  return *std::move(what);
}

/// What Register and Login have in common.
template <class Request>
void fill_in(Request& request, const std::string& name, const device_id& device) {
  request.set_name(name);
  request.set_password(password);
  request.set_device_id(std::string{device.view()});
  request.set_device_name("kill test");
}

} // namespace

chat_auditor::chat_auditor(std::vector<net::client::server_address> servers, std::string name)
    : servers_(std::move(servers)), name_(std::move(name)) {
  client line({servers_});
  const device_id device{make_uuid_v4()};
  std::optional<op_id> op;
  const auto ready =
      take(line.sign_in([&](weft::ClientFrame& frame, const net::client::server_clock& clock) {
        fill_in(*frame.mutable_register_(), name_, device);
        if (!op)
          op = clock.make_op_id();
        frame.mutable_register_()->set_op_id(std::string{op->view()});
      }),
           "register " + name_);
  user_ = user_id{ready.user_id()};
  own_ = {ready.token(), ready.history_id()};
}

chat_auditor::ticket chat_auditor::add_device() const {
  client line({servers_});
  const device_id device{make_uuid_v4()};
  const auto ready =
      take(line.sign_in([&](weft::ClientFrame& frame, const net::client::server_clock&) {
        fill_in(*frame.mutable_login(), name_, device);
      }),
           "log in as " + name_);
  return {ready.token(), ready.history_id()};
}

std::vector<seen_message> chat_auditor::history(const thread_id& thread) const {
  client line({servers_});
  take(line.resume(own_.token, own_.history_id), "resume as " + name_);
  std::vector<seen_message> out;
  std::uint64_t covered = 0;
  for (;;) {
    weft::HistoryRequest wanted;
    wanted.set_thread(to_bytes(thread));
    wanted.set_after(covered);
    wanted.set_limit(history_page);
    auto answer = line.history(std::move(wanted));
    if (!answer && answer.failure().code == errc::not_found && covered == 0)
      return out;
    const auto page = take(std::move(answer), "read the history");
    if (page.covers_to() == 0)
      return out;
    if (page.covers_to() <= covered)
      throw std::runtime_error("a page of history does not go on");
    for (const auto& event : page.events()) {
      const auto op = uuid_from_bytes<op_id>(event.op_id());
      out.push_back({sequence{event.seq()}, weft::ordinal{event.ordinal()}, user_id{event.from()},
                     op.value_or(op_id{}), event.message().body()});
    }
    covered = page.covers_to();
  }
}

std::map<thread_id, weft::InboxThread> chat_auditor::inbox() const {
  client line({servers_});
  take(line.resume(own_.token, own_.history_id), "resume as " + name_);
  std::map<thread_id, weft::InboxThread> out;
  weft::InboxRequest wanted;
  wanted.set_limit(inbox_page);
  for (;;) {
    const auto page = take(line.inbox(wanted), "read the inbox");
    for (const auto& row : page.threads()) {
      const auto thread = thread_from_bytes(row.thread());
      if (!thread || !out.emplace(*thread, row).second)
        throw std::runtime_error("the inbox shows a thread twice, or none");
    }
    if (page.complete() || page.threads().empty())
      return out;
    const auto& last = *page.threads().rbegin();
    wanted.set_below_time_ms(last.last_time_ms());
    wanted.set_below_thread(last.thread());
  }
}

} // namespace weft::testing
