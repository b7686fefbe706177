#include "net/client/client.hpp"

namespace weft::net::client {
namespace {

using std::chrono::steady_clock;

/// The reply of the wanted kind.
template <class Reply>
result<Reply> expect(result<weft::ServerFrame> answer, bool (weft::ServerFrame::*has)() const,
                     const Reply& (weft::ServerFrame::*get)() const) {
  if (!answer)
    return answer.failure();
  if (!((*answer).*has)())
    return error{errc::corrupt, "the server answered with something else than was asked for"};
  return ((*answer).*get)();
}

} // namespace

client::client(settings config) : config_(std::move(config)) {}

client::~client() {
  link_.reset();
  // Handlers of what was cancelled hold the last references.
  io_.poll();
}

result<void> client::open(steady_link::sign_in how) {
  steady_link::settings config;
  config.servers = config_.servers;
  config.fenced = when_fenced::come_back;
  live_ = false;
  ended_.reset();
  last_loss_ = {errc::timeout, "no answer from " + to_text(config_.servers.front())};
  link_.emplace(io_, static_cast<steady_listener&>(*this), std::move(config), std::move(how));
  link_->start();
  const auto deadline = steady_clock::now() + config_.patience;
  while (!live_ && !ended_) {
    if (io_.run_one_until(deadline) == 0)
      ended_ = last_loss_;
  }
  if (!ended_)
    return {};
  ended_->outcome = link_->sign_in_outcome();
  return *ended_;
}

result<void> client::connect() {
  return open(nullptr);
}

result<weft::Ready> client::sign_in(steady_link::sign_in how) {
  if (const auto opened = open(std::move(how)); !opened)
    return opened.failure();
  return *ready_;
}

result<weft::Ready> client::resume(const std::string& token, std::uint64_t history) {
  return sign_in([token, history](weft::ClientFrame& frame, const server_clock&) {
    frame.mutable_resume()->set_token(token);
    frame.mutable_resume()->set_history_id(history);
  });
}

void client::on_live(const weft::Hello&, const weft::Ready* ready) {
  live_ = true;
  if (ready)
    ready_ = *ready;
}

void client::on_lost(const error& why, std::chrono::milliseconds) {
  last_loss_ = why;
}

void client::on_ended(const error& why) {
  ended_ = why;
}

result<weft::ServerFrame> client::ask(weft::ClientFrame frame) {
  std::optional<result<weft::ServerFrame>> answer;
  link_->request(std::move(frame), config_.patience,
                 [&answer](result<weft::ServerFrame> what) { answer = std::move(what); });
  while (!answer)
    io_.run_one();
  return *std::move(answer);
}

result<weft::Ack> client::send(const destination& to, const op_id& op, std::string content_type,
                               std::string body) {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_send();
  what.set_op_id(std::string{op.view()});
  if (to.thread)
    what.set_thread(to_bytes(to.thread));
  else
    what.set_user(to.user.value);
  what.set_content_type(std::move(content_type));
  what.set_body(std::move(body));
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_ack, &weft::ServerFrame::ack);
}

result<weft::History> client::history(weft::HistoryRequest what) {
  weft::ClientFrame frame;
  *frame.mutable_history() = std::move(what);
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_history,
                &weft::ServerFrame::history);
}

result<weft::Inbox> client::inbox(weft::InboxRequest what) {
  weft::ClientFrame frame;
  *frame.mutable_inbox() = std::move(what);
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_inbox, &weft::ServerFrame::inbox);
}

result<weft::User> client::find_user(std::string_view name) {
  weft::ClientFrame frame;
  frame.mutable_find_user()->set_name(std::string{name});
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_user, &weft::ServerFrame::user);
}

result<weft::User> client::find_user(user_id user) {
  weft::ClientFrame frame;
  frame.mutable_find_user()->set_user_id(user.value);
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_user, &weft::ServerFrame::user);
}

result<weft::PresenceList> client::presence(const std::vector<user_id>& users) {
  weft::ClientFrame frame;
  for (const auto user : users)
    frame.mutable_presence()->add_user_ids(user.value);
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_presence,
                &weft::ServerFrame::presence);
}

result<weft::ReadMarked> client::mark_read(const thread_id& thread, sequence seq) {
  weft::ClientFrame frame;
  frame.mutable_mark_read()->set_thread(to_bytes(thread));
  frame.mutable_mark_read()->set_seq(seq.value);
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_read_marked,
                &weft::ServerFrame::read_marked);
}

result<weft::Status> client::status() {
  weft::ClientFrame frame;
  frame.mutable_status();
  return expect(ask(std::move(frame)), &weft::ServerFrame::has_status, &weft::ServerFrame::status);
}

result<void> client::logout() {
  weft::ClientFrame frame;
  frame.mutable_logout();
  auto answer = ask(std::move(frame));
  if (!answer)
    return answer.failure();
  return {};
}

} // namespace weft::net::client
