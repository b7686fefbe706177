// What the fake server answers.
#include "tests/net/client/fake_peer.hpp"

#include <algorithm>
#include <chrono>

namespace weft::net::client::test {
namespace {

std::uint64_t now_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

} // namespace

void fake_server::greet(peer& to, std::uint64_t request) {
  weft::ServerFrame frame;
  frame.set_request_id(request);
  auto& hello = *frame.mutable_hello();
  hello.set_version(wrong_.version);
  hello.set_time_ms(now_ms());
  hello.set_heartbeat_interval_ms(wrong_.heartbeat_ms);
  hello.set_frame_bytes_max(1 << 20);
  hello.set_body_bytes_max(64 << 10);
  hello.set_history_page_max(7);
  hello.set_inbox_page_max(3);
  hello.set_requests_in_flight_max(wrong_.requests_max);
  to.write(frame);
}

void fake_server::sign(peer& to, const weft::ClientFrame& frame) {
  weft::ServerFrame refused;
  refused.set_request_id(frame.request_id());
  refused.mutable_error()->set_code(weft::BAD_CREDENTIALS);
  if (frame.has_resume()) {
    const auto known = tokens_.find(frame.resume().token());
    if (known == tokens_.end())
      return to.write(refused);
    return admit(to, frame.request_id(), known->second.user, known->second.device, {});
  }
  const auto& name = frame.has_login() ? frame.login().name() : frame.register_().name();
  const auto& password =
      frame.has_login() ? frame.login().password() : frame.register_().password();
  const auto& device =
      frame.has_login() ? frame.login().device_id() : frame.register_().device_id();
  if (frame.has_register_()) {
    registrations_.push_back(frame.register_().op_id());
    accounts_.emplace(name, account{password, make_user_id(name, accounts_.size() + 1)});
    if (wrong_.cut_before_ready > 0) {
      --wrong_.cut_before_ready;
      return to.cut();
    }
  }
  const auto known = accounts_.find(name);
  if (known == accounts_.end() || known->second.password != password)
    return to.write(refused);
  const auto token = "token-" + std::to_string(tokens_.size());
  tokens_[token] = {known->second.user, device};
  admit(to, frame.request_id(), known->second.user, device, token);
}

void fake_server::admit(peer& to, std::uint64_t request, user_id user, const std::string& device,
                        const std::string& token) {
  const auto all = peers_;
  for (const auto& each : all) {
    if (each.get() == &to || each->device != device)
      continue;
    weft::ServerFrame closing;
    closing.mutable_closing()->set_code(weft::FENCED);
    closing.mutable_closing()->set_message("a newer session of this device");
    each->write(closing);
    each->cut();
  }
  to.user = user;
  to.device = device;
  weft::ServerFrame frame;
  frame.set_request_id(request);
  auto& ready = *frame.mutable_ready();
  ready.set_user_id(user.value);
  ready.set_name(name_of(user));
  ready.set_token(token);
  ready.set_history_id(7);
  ready.set_inbox_version(inbox_version_);
  to.write(frame);
}

void fake_server::take_send(peer& from, const weft::ClientFrame& frame) {
  const auto& send = frame.send();
  weft::ServerFrame reply;
  reply.set_request_id(frame.request_id());
  const auto thread = send.has_user() ? thread_id::direct(from.user, user_id{send.user()})
                                      : thread_from_bytes(send.thread()).value();
  auto& events = threads_[thread];
  auto at = std::find_if(events.begin(), events.end(),
                         [&](const auto& event) { return event.op_id() == send.op_id(); });
  const bool duplicate = at != events.end();
  if (!duplicate) {
    weft::Event event;
    event.set_seq(events.size() + 1);
    event.set_ordinal(events.size() + 1);
    event.set_time_ms(now_ms());
    event.set_from(from.user.value);
    event.set_op_id(send.op_id());
    event.mutable_message()->set_content_type(send.content_type());
    event.mutable_message()->set_body(send.body());
    ++inbox_version_;
    at = events.insert(events.end(), event);
    push(thread, event, from);
  }
  if (wrong_.cut_before_ack > 0) {
    --wrong_.cut_before_ack;
    return from.cut();
  }
  auto& ack = *reply.mutable_ack();
  ack.set_thread(to_bytes(thread));
  ack.set_seq(at->seq());
  ack.set_ordinal(at->ordinal());
  ack.set_time_ms(at->time_ms());
  ack.set_duplicate(duplicate);
  from.write(reply);
}

void fake_server::push(const thread_id& thread, const weft::Event& event, const peer& but) {
  weft::ServerFrame frame;
  frame.mutable_deliver()->set_thread(to_bytes(thread));
  *frame.mutable_deliver()->add_events() = event;
  if (wrong_.lose_pushes > 0) {
    --wrong_.lose_pushes;
    return;
  }
  const int times = wrong_.double_pushes > 0 ? 2 : 1;
  wrong_.double_pushes -= times - 1;
  for (const auto& each : peers_) {
    for (int i = 0; i < times && each.get() != &but && thread.names_user(each->user); ++i)
      wrong_.hold_pushes ? each->hold(frame) : each->write(frame);
  }
}

void fake_server::answer_history(peer& to, const weft::ClientFrame& frame) {
  const auto& asked = frame.history();
  const auto thread = thread_from_bytes(asked.thread()).value();
  const auto& events = threads_[thread];
  const std::uint64_t limit = asked.limit() == 0 ? 7 : std::min(asked.limit(), 7u);
  const std::uint64_t end = asked.has_before() ? asked.before() - 1 : events.size();
  std::uint64_t first = asked.has_after() ? asked.after() + 1 : end - std::min(end, limit) + 1;
  const auto last = asked.has_after() ? std::min(end, asked.after() + limit) : end;
  weft::ServerFrame reply;
  reply.set_request_id(frame.request_id());
  auto& page = *reply.mutable_history();
  page.set_thread(asked.thread());
  page.set_last_seq(events.size());
  if (first <= last) {
    page.set_covers_from(first);
    page.set_covers_to(last);
  }
  for (; first <= last; ++first)
    *page.add_events() = events[first - 1];
  for (const auto user : {thread.lower_user(), thread.upper_user()}) {
    auto& member = *page.add_members();
    member.set_user_id(user.value);
    member.set_name(name_of(user));
  }
  to.write(reply);
}

void fake_server::answer_inbox(peer& to, const weft::ClientFrame& frame) {
  weft::ServerFrame reply;
  reply.set_request_id(frame.request_id());
  auto& page = *reply.mutable_inbox();
  page.set_version(inbox_version_);
  page.set_complete(true);
  for (const auto& [thread, events] : threads_) {
    if (events.empty() || !thread.names_user(to.user))
      continue;
    auto& row = *page.add_threads();
    row.set_thread(to_bytes(thread));
    row.set_last_seq(events.size());
    row.set_unread(events.size());
    row.set_version(inbox_version_);
    row.set_peer_id(thread.peer_of(to.user).value);
    row.set_peer_name(name_of(thread.peer_of(to.user)));
    *row.mutable_last_event() = events.back();
  }
  to.write(reply);
}

void fake_server::answer_user(peer& to, const weft::ClientFrame& frame) {
  weft::ServerFrame reply;
  reply.set_request_id(frame.request_id());
  for (const auto& [name, known] : accounts_) {
    if (name != frame.find_user().name() && known.user.value != frame.find_user().user_id())
      continue;
    reply.mutable_user()->set_user_id(known.user.value);
    reply.mutable_user()->set_name(name);
  }
  if (!reply.has_user())
    reply.mutable_error()->set_code(weft::NOT_FOUND);
  to.write(reply);
}

std::string fake_server::name_of(user_id user) const {
  for (const auto& [name, known] : accounts_) {
    if (known.user == user)
      return name;
  }
  return {};
}

void fake_server::answer_heartbeat(const weft::ClientFrame& frame, weft::HeartbeatAck& to) const {
  to.set_inbox_version(inbox_version_);
  to.set_presence_version(presence_.size());
  for (auto i = frame.heartbeat().presence_version(); i < presence_.size(); ++i)
    *to.add_presence() = presence_[i];
}

} // namespace weft::net::client::test
