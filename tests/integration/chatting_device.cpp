#include "tests/integration/chatting_device.hpp"

#include <algorithm>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;

/// A message is retried for as long as a whole run may take: none is given up.
constexpr milliseconds send_within{900'000};

/// Every so manieth message shown is marked as read at once.
constexpr std::uint64_t read_every = 16;

net::client::steady_link::settings link_settings(const chatting_device::settings& from) {
  net::client::steady_link::settings out;
  out.servers = from.servers;
  out.software = "weft-kill-test";
  out.first = net::client::first_contact::may_wait;
  return out;
}

} // namespace

chatting_device::chatting_device(boost::asio::io_context& io, chat_journal& journal,
                                 settings config)
    : journal_(journal), config_(std::move(config)), random_(config_.seed),
      follower_(io, static_cast<follower_listener&>(*this), link_settings(config_),
                [this] {
                  return net::client::follower::account{config_.token, config_.history_id};
                },
                {}) {}

void chatting_device::start() {
  follower_.start();
}

void chatting_device::on_live(const weft::Ready&) {
  fill_window();
}

void chatting_device::fill_window() {
  while (!quiet_ && in_flight_ < config_.window)
    send_one();
}

void chatting_device::send_one() {
  // Mostly to the first thread, so that one has many messages and others have some.
  std::uniform_int_distribution<std::size_t> any(0, 3 * config_.threads.size());
  const auto& thread = config_.threads[any(random_) % config_.threads.size()];
  sent_message message;
  message.op = follower_.connection().clock().make_op_id();
  message.from = config_.user;
  message.device = config_.number;
  message.body = "device " + std::to_string(config_.number) + ", message " +
                 std::to_string(++sent_) + std::string(random_() % 64, '.');
  const auto op = message.op;
  const auto body = message.body;
  journal_.note_sent(thread, std::move(message));
  ++in_flight_;
  follower_.send(thread, config_.user, op, body, send_within,
                 [this, thread, op](const result<weft::Ack>& answer) {
                   --in_flight_;
                   if (!answer)
                     return faults_.push_back("a message was refused: " +
                                              to_string(answer.failure()));
                   if (!journal_.note_acknowledged(thread, op, sequence{answer->seq()}))
                     faults_.push_back("one message was acknowledged under two numbers");
                   fill_window();
                 });
}

void chatting_device::on_message(const net::client::message& what, const std::string&) {
  auto& thread = shown_[what.thread];
  thread.push_back({what.seq, what.ordinal, what.from, what.op, what.body});
  if (thread.size() % read_every == 0)
    mark_read(what.thread, what.seq);
}

void chatting_device::mark_read(const thread_id& thread, sequence seq) {
  auto& asked = marks_asked_[thread];
  asked = std::max(asked, seq);
  ++marks_;
  weft::ClientFrame frame;
  frame.mutable_mark_read()->set_thread(to_bytes(thread));
  frame.mutable_mark_read()->set_seq(seq.value);
  follower_.connection().request(std::move(frame), send_within,
                                 [this, thread](const result<weft::ServerFrame>& answer) {
                                   --marks_;
                                   if (!answer || !answer->has_read_marked())
                                     return faults_.push_back("marking as read was refused");
                                   auto& known = marks_acknowledged_[thread];
                                   known = std::max(known, sequence{answer->read_marked().seq()});
                                 });
}

void chatting_device::on_settled() {
  follower_.tell_delivered(follower_.take_advanced());
}

void chatting_device::on_ended(const error& why) {
  faults_.push_back("the client gave up: " + to_string(why));
}

} // namespace weft::testing
