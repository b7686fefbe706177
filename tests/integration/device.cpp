#include "tests/integration/device.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

time_ms wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return time_ms{static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now).count())};
}

} // namespace

device::device(const weftd_process& node, std::string name, wire_origin from)
    : node_(&node), name_(std::move(name)), from_(std::move(from)) {}

device device::twin() const {
  device out(*node_, name_, from_);
  out.id_ = id_;
  out.user_ = user_;
  out.token_ = token_;
  out.history_id_ = history_id_;
  return out;
}

// -- coming and going ---------------------------------------------------------------------------

weft::Hello device::connect() {
  line_.emplace(*node_, from_);
  pushes_.clear();
  replies_.clear();
  last_request_ = 1;
  return line_->greet();
}

weft::Ready device::sign_in(weft::ClientFrame frame) {
  connect();
  const auto answer = ask(std::move(frame));
  if (!answer.has_ready())
    throw std::runtime_error(name_ + " cannot sign in: " + answer.ShortDebugString());
  user_ = user_id{answer.ready().user_id()};
  history_id_ = answer.ready().history_id();
  if (!answer.ready().token().empty())
    token_ = answer.ready().token();
  return answer.ready();
}

weft::Ready device::register_account() {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_register_();
  what.set_name(name_);
  what.set_password(password);
  what.set_device_id(std::string{id_.view()});
  what.set_device_name("test device");
  what.set_op_id(std::string{make_op_id().view()});
  return sign_in(std::move(frame));
}

weft::Ready device::log_in() {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_login();
  what.set_name(name_);
  what.set_password(password);
  what.set_device_id(std::string{id_.view()});
  what.set_device_name("test device");
  return sign_in(std::move(frame));
}

weft::Ready device::resume(const std::vector<std::pair<thread_id, std::uint64_t>>& cursors) {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_resume();
  what.set_token(token_);
  what.set_history_id(history_id_);
  for (const auto& [thread, seq] : cursors) {
    auto& cursor = *what.add_cursors();
    cursor.set_thread(to_bytes(thread));
    cursor.set_seq(seq);
  }
  return sign_in(std::move(frame));
}

// -- requests -----------------------------------------------------------------------------------

std::uint64_t device::post(weft::ClientFrame frame) {
  frame.set_request_id(++last_request_);
  if (!line_->write_frame(frame))
    throw std::runtime_error(name_ + " has lost its connection");
  return last_request_;
}

weft::ServerFrame device::read() {
  auto frame = line_->read_frame();
  if (!frame)
    throw std::runtime_error(name_ + (line_->is_closed() ? ": the node closed the connection"
                                                         : ": nothing came in time"));
  return *std::move(frame);
}

weft::ServerFrame device::reply_to(std::uint64_t request) {
  for (;;) {
    const auto known = std::find_if(replies_.begin(), replies_.end(),
                                    [&](const auto& each) { return each.request_id() == request; });
    if (known != replies_.end()) {
      auto out = std::move(*known);
      replies_.erase(known);
      return out;
    }
    auto frame = read();
    (frame.request_id() == 0 ? pushes_ : replies_).push_back(std::move(frame));
  }
}

weft::ServerFrame device::ask(weft::ClientFrame frame) {
  return reply_to(post(std::move(frame)));
}

weft::ServerFrame device::send(const thread_id& thread, const std::string& body) {
  return send(thread, body, make_op_id());
}

weft::ServerFrame device::send(const thread_id& thread, const std::string& body, const op_id& op,
                               const std::string& content_type) {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_send();
  what.set_op_id(std::string{op.view()});
  what.set_thread(to_bytes(thread));
  what.set_content_type(content_type);
  what.set_body(body);
  return ask(std::move(frame));
}

weft::ServerFrame device::mark_read(const thread_id& thread, std::uint64_t seq) {
  weft::ClientFrame frame;
  frame.mutable_mark_read()->set_thread(to_bytes(thread));
  frame.mutable_mark_read()->set_seq(seq);
  return ask(std::move(frame));
}

void device::report_delivered(const thread_id& thread, std::uint64_t seq) {
  weft::ClientFrame frame;
  auto& cursor = *frame.mutable_delivered()->add_cursors();
  cursor.set_thread(to_bytes(thread));
  cursor.set_seq(seq);
  line_->write_frame(frame);
}

weft::ServerFrame device::beat(std::uint64_t inbox_version) {
  weft::ClientFrame frame;
  frame.mutable_heartbeat()->set_inbox_version(inbox_version);
  return ask(std::move(frame));
}

op_id device::make_op_id() const {
  return op_id{make_uuid_v7(wall_clock())};
}

// -- pushes -------------------------------------------------------------------------------------

weft::ServerFrame device::await_push(const std::function<bool(const weft::ServerFrame&)>& is_it) {
  for (std::size_t i = 0;; ++i) {
    while (i >= pushes_.size()) {
      auto frame = read();
      (frame.request_id() == 0 ? pushes_ : replies_).push_back(std::move(frame));
    }
    if (is_it(pushes_[i])) {
      auto out = std::move(pushes_[i]);
      pushes_.erase(pushes_.begin() + static_cast<std::ptrdiff_t>(i));
      return out;
    }
  }
}

std::vector<weft::Event> device::await_events(const thread_id& thread, std::size_t count) {
  const auto wanted = to_bytes(thread);
  std::vector<weft::Event> out;
  while (out.size() < count) {
    const auto push = await_push([&](const weft::ServerFrame& frame) {
      return frame.has_deliver() && frame.deliver().thread() == wanted;
    });
    out.insert(out.end(), push.deliver().events().begin(), push.deliver().events().end());
  }
  return out;
}

// -- what tests share ---------------------------------------------------------------------------

thread_id thread_of(const device& one, const device& other) {
  return thread_id::direct(one.user(), other.user());
}

weft::ClientFrame history_request(const thread_id& thread, std::optional<std::uint64_t> after,
                                  std::optional<std::uint64_t> before, std::uint32_t limit) {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_history();
  what.set_thread(to_bytes(thread));
  if (after)
    what.set_after(*after);
  if (before)
    what.set_before(*before);
  what.set_limit(limit);
  return frame;
}

std::vector<weft::Event> whole_history(device& reader, const thread_id& thread) {
  std::vector<weft::Event> out;
  std::uint64_t covered = 0;
  for (;;) {
    const auto answer = reader.ask(history_request(thread, covered, std::nullopt, 200));
    if (!answer.has_history())
      throw std::runtime_error("no history: " + answer.ShortDebugString());
    const auto& page = answer.history();
    if (page.covers_to() == 0)
      return out;
    if (page.covers_from() != covered + 1 || page.covers_to() < page.covers_from())
      throw std::runtime_error("pages of history do not fit together");
    out.insert(out.end(), page.events().begin(), page.events().end());
    covered = page.covers_to();
  }
}

weft::InboxThread await_inbox_row(device& reader, const thread_id& thread, std::uint64_t seq) {
  const auto wanted = to_bytes(thread);
  const auto deadline = steady_clock::now() + patience;
  do {
    weft::ClientFrame frame;
    frame.mutable_inbox()->set_limit(100);
    const auto answer = reader.ask(std::move(frame));
    for (const auto& row : answer.inbox().threads())
      if (row.thread() == wanted && row.last_seq() >= seq)
        return row;
    // sleep: the touch is on its way; asking is how one learns that it has come.
    std::this_thread::sleep_for(milliseconds{20});
  } while (steady_clock::now() < deadline);
  throw std::runtime_error("the inbox does not show the thread up to its end");
}

} // namespace weft::testing
